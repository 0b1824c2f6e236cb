package neox.evaluation.config;

import java.util.List;
import java.util.Optional;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.template.value.Value;

/// One figure of a group: the mean of a metric over its tasks.
///
/// @param filters under which filters; empty for all that its tasks have
/// @param weightBySize whether a task counts by the number of its documents
public record AggregateEntry(String metric, List<String> filters, boolean weightBySize) {
  private static final List<String> KEYS =
      List.of("metric", "filter_list", "aggregation", "weight_by_size");

  public AggregateEntry {
    filters = List.copyOf(filters);
  }

  static AggregateEntry from(Fields fields) {
    Keys keys = new Keys(fields);
    keys.refuseOthers("an entry of aggregate_metric_list", KEYS);
    String metric =
        keys.text("metric").orElseThrow(() -> fields.wrong("a mapping with the key 'metric'"));
    Optional<YamlNode> aggregation = keys.node("aggregation");
    if (aggregation.isPresent()
        && !(aggregation.get() instanceof YamlNode.Scalar(Value.Text(String text, _), _)
            && text.equals("mean"))) {
      throw Keys.wrong(aggregation.get(), "aggregation", "mean, the only one of groups");
    }
    return new AggregateEntry(
        metric, keys.texts("filter_list"), keys.flag("weight_by_size").orElse(true));
  }
}
