package neox.evaluation.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.Golden;
import neox.evaluation.document.Document;
import neox.evaluation.metric.Metric;
import neox.evaluation.metric.StandardAggregation;
import neox.evaluation.metric.TextComparison;
import neox.python.PythonRegex;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;

/// What filters leave against targets, as the harness compares them; see the README beside the
/// cases.
class GenerationScoringTest {
  private static List<JsonNode> golden(String key) {
    return Golden.jsonLines("../metrics/answers.jsonl").stream().filter(l -> l.has(key)).toList();
  }

  private static Instance instance(Value target, boolean several) {
    return new Instance(
        0,
        new Document(new Dict.Builder().build(), "here:1"),
        Value.of("q"),
        target,
        List.of(),
        new Instance.Flags(false, several),
        List.of());
  }

  private static double exactMatch(JsonNode line) {
    JsonNode keywords = line.get("keywords");
    Optional<List<PythonRegex>> ignored =
        Optional.of(keywords.path("regexes_to_ignore"))
            .filter(JsonNode::isArray)
            .map(list -> list.valueStream().map(r -> PythonRegex.compile(r.asText())).toList());
    TextComparison comparison =
        new TextComparison(
            ignored,
            keywords.path("ignore_case").asBoolean(),
            keywords.path("ignore_punctuation").asBoolean(),
            keywords.path("ignore_numbers").asBoolean());
    Metric metric = Metric.of("exact_match").comparing(comparison);
    Scoring scoring = Scoring.standard(OutputType.GENERATE_UNTIL, List.of(metric));
    Instance instance = instance(Value.of(line.get("target")), line.get("several").asBoolean());
    Map<String, Value> values = scoring.score(instance, List.of(Value.of(line.get("left"))));
    return ((Value.Real) Objects.requireNonNull(values.get("exact_match"))).value();
  }

  @Test
  void listsAndNumbersMatchAsTheArraysOfTheHarnessDo() {
    for (JsonNode line : golden("several")) {
      if (line.has("value")) {
        assertThat(exactMatch(line)).as(line.toString()).isEqualTo(line.get("value").asDouble());
      } else {
        assertThatThrownBy(() -> exactMatch(line)).as(line.toString()).isInstanceOf(Fault.class);
      }
    }
  }

  @Test
  void translationsAreOfOneResponse() {
    for (JsonNode line : golden("aggregation")) {
      StandardAggregation figure = StandardAggregation.named(line.get("aggregation").asText());
      List<Value> pairs = new ArrayList<>();
      line.get("pairs").forEach(pair -> pairs.add(Value.of(pair)));
      if (line.has("value")) {
        assertThat(figure.of(pairs)).as(line.toString()).isEqualTo(line.get("value").asDouble());
      } else {
        assertThatThrownBy(() -> figure.of(pairs))
            .as(line.toString())
            .isInstanceOf(UserException.class);
      }
    }
  }

  @Test
  void saysWhatToDoAboutAListThatCannotBeCompared() {
    JsonNode patterns =
        golden("several").stream()
            .filter(line -> line.get("left").isArray() && line.toString().contains("[\",\"]"))
            .findFirst()
            .orElseThrow();
    assertThatThrownBy(() -> exactMatch(patterns))
        .hasMessage(
            "regexes_to_ignore are looked for in texts, found a value of type list; end the filter"
                + " with take_first, or leave regexes_to_ignore out");
    List<Value> two = List.of(Value.of("a"), Value.of("b"));
    Value pair = new Value.Listing(List.of(Value.of("a"), new Value.Listing(two)));
    assertThatThrownBy(() -> StandardAggregation.BLEU.of(List.of(pair)))
        .hasMessage(
            "aggregation 'bleu' compares one response with its references, and the filters leave 2;"
                + " end the filter with take_first");
  }

  /// The harness puts a list with a copy for each target in the place of the response.
  @Test
  void aMetricOfTheTasksOwnSeesWhatExactMatchLeaves() {
    OwnMetric counts =
        new OwnMetric(
            (references, predictions, keywords) ->
                Value.Bool.of(predictions.getFirst() instanceof Value.Listing),
            new Dict.Builder().build());
    Metric own = new Metric("own", StandardAggregation.MEAN, true, TextComparison.EXACT);
    Instance instance = instance(new Value.Listing(List.of(Value.of("a"))), true);
    Scoring scoring =
        Scoring.standard(
            OutputType.GENERATE_UNTIL,
            List.of(Metric.of("exact_match"), own),
            Map.of("own", counts));
    assertThat(scoring.score(instance, List.of(Value.of("a"))))
        .isEqualTo(Map.of("exact_match", new Value.Real(1), "own", new Value.Real(1)));
  }
}
