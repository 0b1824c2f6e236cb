package neox.evaluation.catalogue;

import java.util.List;
import java.util.Map;
import java.util.regex.PatternSyntaxException;
import neox.base.UserException;
import neox.evaluation.config.FilterEntry;
import neox.evaluation.config.FilterEntry.Step;
import neox.evaluation.function.FunctionRole;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.task.Filter;
import neox.evaluation.task.FilterPipeline;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.python.PythonRegex;
import neox.template.value.Dict;
import neox.template.value.Value;

/// Makes filters of what task files say.
record FilterFactory(NamedFunctions functions) {
  private static final String NUMBER = "#### (\\-?[0-9\\.\\,]+)";

  /// The keywords of each filter that a file may name.
  private static final Map<String, List<String>> KEYWORDS =
      Map.of(
          "take_first", List.of(),
          "take_first_k", List.of("k"),
          "majority_vote", List.of(),
          "remove_whitespace", List.of(),
          "lowercase", List.of(),
          "uppercase", List.of(),
          "map", List.of("mapping_dict", "default_value"),
          "regex", List.of("regex_pattern", "group_select", "fallback"),
          "custom", List.of("filter_fn"));

  FilterPipeline pipeline(FilterEntry entry) {
    return new FilterPipeline(entry.name(), entry.steps().stream().map(this::filter).toList());
  }

  private Filter filter(Step step) {
    return switch (step.function()) {
      case FunctionName function ->
          new Filter.Custom(
              functions.require(function, FunctionRole.RESPONSES, "function"),
              step.keywords().dict());
      case Scalar(Value.Text(String name, _), _) -> named(name, step);
      default -> throw new IllegalStateException(step + " has been refused");
    };
  }

  private Filter named(String name, Step step) {
    FilterKeywords keywords = new FilterKeywords(name, step.keywords());
    List<String> known = KEYWORDS.get(name);
    if (known == null) {
      throw UserException.of(
          "%s: there is no filter '%s'; known are %s",
          step.function().place(), name, String.join(", ", KEYWORDS.keySet().stream().sorted().toList()));
    }
    keywords.refuseOthers(known);
    return switch (name) {
      case "take_first" -> new Filter.TakeFirst();
      case "take_first_k" -> new Filter.TakeSome(keywords.integer("k", 1));
      case "majority_vote" -> new Filter.MajorityVote();
      case "remove_whitespace" -> Filter.Edit.STRIP;
      case "lowercase" -> Filter.Edit.LOWER_CASE;
      case "uppercase" -> Filter.Edit.UPPER_CASE;
      case "map" ->
          new Filter.Lookup(keywords.table("mapping_dict"), keywords.value("default_value"));
      case "regex" ->
          new Filter.Extract(
              pattern(keywords.text("regex_pattern", NUMBER), step),
              keywords.integer("group_select", 0),
              keywords.text("fallback", "[invalid]"));
      case "custom" -> custom(step.keywords());
      default -> throw new IllegalStateException("filter " + name);
    };
  }

  private static PythonRegex pattern(String regex, Step step) {
    try {
      return PythonRegex.compile(regex);
    } catch (PatternSyntaxException e) {
      YamlNode place = step.keywords().get("regex_pattern").orElse(step.function());
      throw new UserException(
          place.place() + ": regex_pattern: " + e.getDescription() + " in '" + regex + "'", e);
    }
  }

  private Filter custom(Fields keywords) {
    YamlNode function = keywords.get("filter_fn").orElse(keywords);
    if (!(function instanceof FunctionName name)) {
      throw function.wrong("filter_fn: !function module.function");
    }
    return new Filter.Custom(
        functions.require(name, FunctionRole.RESPONSES, "filter_fn"), new Dict.Builder().build());
  }
}
