package neox.evaluation.catalogue;

import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.evaluation.config.FilterEntry;
import neox.evaluation.config.FilterEntry.Step;
import neox.evaluation.function.FunctionRole;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.task.ChoicePattern;
import neox.evaluation.task.Filter;
import neox.evaluation.task.FilterPipeline;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.template.value.Dict;
import neox.template.value.Value;

/// Makes filters of what task files say.
record FilterFactory(NamedFunctions functions) {
  private static final String NUMBER = "#### (\\-?[0-9\\.\\,]+)";

  private static final String INVALID = "[invalid]";
  private static final Value NO_TAGS = new Value.Listing(List.of(Value.of("invalid")));
  private static final List<String> REGEX = List.of("regex_pattern", "group_select", "fallback");
  private static final List<String> CHOICE_REGEX =
      List.of(
          "regex_pattern",
          "group_select",
          "fallback",
          "ignore_case",
          "ignore_punctuation",
          "regexes_to_ignore");

  /// The keywords of each filter that a file may name.
  private static final Map<String, List<String>> KEYWORDS =
      Map.ofEntries(
          Map.entry("take_first", List.of()),
          Map.entry("take_first_k", List.of("k")),
          Map.entry("majority_vote", List.of()),
          Map.entry("remove_whitespace", List.of()),
          Map.entry("lowercase", List.of()),
          Map.entry("uppercase", List.of()),
          Map.entry("map", List.of("mapping_dict", "default_value")),
          Map.entry("regex", REGEX),
          Map.entry("multi_choice_regex", CHOICE_REGEX),
          Map.entry("regex_pos", REGEX),
          Map.entry("format_span", List.of()),
          Map.entry("custom", List.of("filter_fn")));

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
          step.function().place(),
          name,
          String.join(", ", KEYWORDS.keySet().stream().sorted().toList()));
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
          new Filter.Lookup(
              keywords.table("mapping_dict"), keywords.value("default_value", Value.None.NONE));
      case "regex" ->
          new Filter.Extract(
              keywords.pattern("regex_pattern", NUMBER),
              keywords.integer("group_select", 0),
              keywords.text("fallback", INVALID));
      case "multi_choice_regex" -> new Filter.Choose(choices(keywords));
      case "format_span" -> Filter.Edit.NAMED_SPANS;
      case "regex_pos" -> new Filter.Tags(keywords.value("fallback", NO_TAGS));
      case "custom" -> custom(step.keywords());
      default -> throw new IllegalStateException("filter " + name);
    };
  }

  private static ChoicePattern choices(FilterKeywords keywords) {
    return new ChoicePattern(
        keywords.pattern("regex_pattern", NUMBER),
        keywords.integer("group_select", 0),
        keywords.text("fallback", INVALID),
        keywords.flag("ignore_case"),
        keywords.flag("ignore_punctuation"),
        keywords.patterns("regexes_to_ignore"));
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
