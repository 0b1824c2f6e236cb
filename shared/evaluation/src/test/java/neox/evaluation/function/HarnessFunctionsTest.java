package neox.evaluation.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import neox.evaluation.Golden;
import neox.evaluation.document.ValueJson;
import neox.evaluation.function.TaskFunction.OfDocument;
import neox.evaluation.function.TaskFunction.OfDocuments;
import neox.evaluation.function.TaskFunction.OfResults;
import neox.evaluation.function.TaskFunction.OfValues;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;

class HarnessFunctionsTest {
  private static final List<JsonNode> GOLDEN = Golden.jsonLines("../functions/functions.jsonl.gz");
  private static final Map<String, TaskFunction> FUNCTIONS = HarnessFunctions.all();

  @Test
  void functionsGiveWhatThoseOfTheHarnessDo() {
    for (JsonNode line : GOLDEN) {
      if (line.has("value")) {
        assertSame(ValueJson.of(call(line)), line.get("value"), line.toString());
      }
    }
  }

  @Test
  void whatThoseOfTheHarnessCannotTakeIsAFault() {
    for (JsonNode line : GOLDEN) {
      if (line.has("error")) {
        assertThatThrownBy(() -> call(line)).as(line.toString()).isInstanceOf(Fault.class);
      }
    }
  }

  @Test
  void figuresOfSquadAreThoseOfTheOfficialScript() {
    for (JsonNode line : GOLDEN) {
      List<Value> values = new ArrayList<>();
      line.path("values").forEach(pair -> values.add(tuple(pair)));
      for (Map.Entry<String, JsonNode> figure : line.path("figures").properties()) {
        OfValues aggregation = (OfValues) function("squadv2/task." + figure.getKey());
        assertThat(aggregation.apply(values))
            .as("%s of %s", figure.getKey(), line)
            .isEqualTo(figure.getValue().asDouble(), offset(1e-12));
      }
    }
  }

  @Test
  void everyFunctionHasGoldenCalls() {
    Set<String> tested = new TreeSet<>();
    GOLDEN.forEach(line -> tested.add(line.get("function").asText()));
    Set<String> functions = new TreeSet<>(FUNCTIONS.keySet());
    functions.removeIf(
        name -> name.startsWith("squadv2/") || name.equals("webqs/utils.process_docs"));
    assertThat(tested).containsAll(functions);
  }

  @Test
  void aFaultNamesTheColumnAndWhatIsWrongWithIt() {
    OfDocument function = (OfDocument) function("race/preprocess_race.doc_to_target");
    Dict.Builder document = new Dict.Builder().put("article", Value.of("a"));
    assertFault(
        () -> function.apply(document.build()), "the document has no \"problems\"; it has article");
    document.put("problems", Value.Int.of(3));
    assertFault(() -> function.apply(document.build()), "\"problems\" must be a text, found 'int'");
    document.put("problems", Value.of("{}"));
    assertFault(
        () -> function.apply(document.build()),
        "\"problems\" must be the text of a list of dictionaries in Python");
    document.put("problems", Value.of("[{'answer': 'E', 'options': []}]"));
    assertFault(
        () -> function.apply(document.build()),
        "\"answer\" must be one of the letters A, B, C, D, found \"E\"");
  }

  private static void assertFault(Runnable call, String problem) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(
            Fault.class, fault -> assertThat(fault.problem()).isEqualTo(problem));
  }

  private static TaskFunction function(String name) {
    return Objects.requireNonNull(FUNCTIONS.get(name), name);
  }

  private static Value call(JsonNode line) {
    Dict document = (Dict) Value.of(line.get("doc"));
    return switch (function(line.get("function").asText())) {
      case OfDocuments function -> function.apply(List.of(document)).getFirst();
      case OfDocument function -> function.apply(document);
      case OfResults function -> {
        List<Value> results = new ArrayList<>();
        line.get("results").forEach(result -> results.add(tuple(result)));
        yield function.apply(document, results);
      }
      default -> throw new AssertionError(line);
    };
  }

  /// The answers to requests are tuples, which JSON does not have.
  private static Value tuple(JsonNode result) {
    return Value.of(result) instanceof Value.Listing(List<Value> items)
        ? new Value.Tuple(items)
        : Value.of(result);
  }

  /// Equal, where numbers may differ in the last digit: NumPy has an exponential of its own.
  private static void assertSame(JsonNode actual, JsonNode expected, String line) {
    assertThat(actual.getNodeType()).as(line).isEqualTo(expected.getNodeType());
    if (expected.isDouble()) {
      assertThat(actual.isDouble()).as(line).isTrue();
      double value = expected.asDouble();
      assertThat(actual.asDouble()).as(line).isEqualTo(value, offset(Math.ulp(value) * 2));
    } else if (expected.isContainerNode()) {
      assertThat(actual.fieldNames())
          .toIterable()
          .as(line)
          .containsExactlyElementsOf(expected::fieldNames);
      assertThat(actual.size()).as(line).isEqualTo(expected.size());
      List<JsonNode> all = actual.valueStream().toList();
      int index = 0;
      for (JsonNode item : expected) {
        assertSame(all.get(index++), item, line);
      }
    } else {
      assertThat(actual.asText()).as(line).isEqualTo(expected.asText());
    }
  }
}
