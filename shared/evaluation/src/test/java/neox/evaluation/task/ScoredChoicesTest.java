package neox.evaluation.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.Golden;
import neox.evaluation.document.Document;
import neox.evaluation.document.ValueJson;
import neox.evaluation.metric.Metric;
import neox.template.value.Dict;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;

class ScoredChoicesTest {
  private static Instance instance(JsonNode line) {
    List<String> choices = new ArrayList<>();
    line.get("choices").forEach(choice -> choices.add(choice.asText()));
    return new Instance(
        0,
        new Document(new Dict.Builder().build(), "here:1"),
        Value.of("q"),
        Value.of(line.get("target")),
        choices,
        new Instance.Flags(false, line.get("target").isArray()),
        List.of());
  }

  private static Map<String, Value> score(JsonNode line) {
    Map<String, Metric> metrics = new LinkedHashMap<>();
    line.get("values").fieldNames().forEachRemaining(name -> metrics.put(name, Metric.of(name)));
    List<Value> results = new ArrayList<>();
    for (JsonNode answer : line.get("answers")) {
      results.add(
          Value.Tuple.of(
              new Value.Real(answer.get(0).asDouble()), Value.Bool.of(answer.get(1).asBoolean())));
    }
    return new MultipleChoiceScoring(metrics).score(instance(line), results);
  }

  @Test
  void valuesAreThoseOfTheHarnessInItsOrder() {
    for (JsonNode line : Golden.jsonLines("../metrics/scores.jsonl")) {
      Map<String, Value> values = score(line);
      assertThat(values.keySet()).containsExactlyElementsOf(() -> line.get("values").fieldNames());
      values.forEach((metric, value) ->
          assertNear(ValueJson.of(value), line.get("values").get(metric), metric + " of " + line));
    }
  }

  /// NumPy rounds its exponentials and sums in ways of its own.
  private static void assertNear(JsonNode actual, JsonNode expected, String what) {
    assertThat(actual.getNodeType()).as(what).isEqualTo(expected.getNodeType());
    assertThat(actual.size()).as(what).isEqualTo(expected.size());
    for (int i = 0; i < expected.size(); i++) {
      assertNear(actual.get(i), expected.get(i), what);
    }
    if (expected.isNumber()) {
      assertThat(actual.isIntegralNumber()).as(what).isEqualTo(expected.isIntegralNumber());
      assertThat(actual.asDouble()).as(what).isEqualTo(expected.asDouble(), offset(1e-14));
    }
  }
}
