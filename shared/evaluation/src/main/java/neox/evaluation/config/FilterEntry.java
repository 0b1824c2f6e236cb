package neox.evaluation.config;

import java.util.ArrayList;
import java.util.List;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.template.value.Value;

/// One entry of `filter_list`: steps that responses go through, under the name that results show.
public record FilterEntry(String name, List<Step> steps) {
  public FilterEntry {
    steps = List.copyOf(steps);
  }

  /// One filter.
  ///
  /// @param function its name, or a function
  /// @param keywords what it is told
  public record Step(YamlNode function, Fields keywords) {}

  static FilterEntry from(Fields fields) {
    Keys keys = new Keys(fields);
    keys.refuseOthers("an entry of filter_list", List.of("name", "filter"));
    String name =
        keys.text("name").orElseThrow(() -> fields.wrong("a mapping with the key 'name'"));
    List<Step> steps = new ArrayList<>();
    for (Fields step : keys.mappings("filter")) {
      YamlNode function =
          step.get("function").orElseThrow(() -> step.wrong("a mapping with the key 'function'"));
      if (!(function instanceof FunctionName || function instanceof Scalar(Value.Text text, _))) {
        throw Keys.wrong(function, "function", "the name of a filter, or !function");
      }
      steps.add(new Step(function, step.without("function")));
    }
    return new FilterEntry(name, steps);
  }
}
