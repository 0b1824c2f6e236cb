package neox.evaluation.config;

import java.util.Optional;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.template.value.Value;

/// One entry of `metric_list`.
///
/// @param metric a name, or a function
/// @param aggregation a name, or a function; empty for the metric's own
/// @param keywords what else the entry says, such as `ignore_case`
/// @param external `hf_evaluate`: the metric is that of the library `evaluate`
public record MetricEntry(
    YamlNode metric,
    Optional<YamlNode> aggregation,
    Optional<Boolean> higherIsBetter,
    boolean external,
    Fields keywords) {

  static MetricEntry from(Fields fields) {
    Keys keys = new Keys(fields);
    YamlNode metric =
        keys.node("metric").orElseThrow(() -> fields.wrong("a mapping with the key 'metric'"));
    Optional<YamlNode> aggregation = keys.node("aggregation");
    requireName(metric, "metric");
    aggregation.ifPresent(node -> requireName(node, "aggregation"));
    return new MetricEntry(
        metric,
        aggregation,
        keys.flag("higher_is_better"),
        keys.flag("hf_evaluate").orElse(false),
        fields.without("metric", "aggregation", "higher_is_better", "hf_evaluate"));
  }

  private static void requireName(YamlNode node, String key) {
    boolean isName = node instanceof FunctionName || node instanceof Scalar(Value.Text text, _);
    if (!isName) {
      throw Keys.wrong(node, key, "a name, or !function module.function");
    }
  }

  /// The name in results: that of the metric, or of the function without its module.
  public String name() {
    return name(metric);
  }

  static String name(YamlNode node) {
    return switch (node) {
      case FunctionName function -> function.name().substring(function.name().lastIndexOf('.') + 1);
      case Scalar(Value.Text(String text, _), _) -> text;
      default -> throw new IllegalStateException(node + " has been refused");
    };
  }
}
