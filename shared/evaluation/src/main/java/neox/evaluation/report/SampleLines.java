package neox.evaluation.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import neox.base.text.Sha256;
import neox.evaluation.document.ValueJson;
import neox.evaluation.request.Request;
import neox.evaluation.request.Response;
import neox.evaluation.task.Instance;
import neox.python.PythonJson;
import neox.template.value.Dict;
import neox.template.value.Printing;
import neox.template.value.Value;

/// One JSON object per document, with all that was asked, answered and made of it. Its hashes tell
/// whether two runs saw the same documents and the same prompts.
final class SampleLines {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// The sample as one line of JSON.
  static String line(Sample sample) {
    return PythonJson.line(json(sample));
  }

  private static ObjectNode json(Sample sample) {
    Instance instance = sample.instance();
    ObjectNode line = JSON.objectNode();
    line.put("doc_id", instance.id());
    line.set("doc", ValueJson.of(instance.document().fields()));
    line.put("target", Printing.str(instance.target()));
    line.set("arguments", arguments(instance.requests()));
    ArrayNode responses = line.putArray("resps");
    for (List<Response> repeated : sample.responses()) {
      ArrayNode list = responses.addArray();
      repeated.forEach(response -> list.add(asTexts(response.value())));
    }
    ArrayNode filtered = line.putArray("filtered_resps");
    sample.filtered().forEach(result -> filtered.add(asTexts(result)));
    line.put("filter", sample.filter());
    ArrayNode metrics = line.putArray("metrics");
    sample.values().keySet().forEach(metrics::add);
    Hashes hashes = Hashes.of(instance);
    line.put("doc_hash", hashes.document());
    line.put("prompt_hash", hashes.prompt());
    line.put("target_hash", hashes.target());
    sample.values().forEach((name, value) -> line.set(name, ValueJson.of(value)));
    return line;
  }

  private static ObjectNode arguments(List<Request> requests) {
    ObjectNode all = JSON.objectNode();
    for (int i = 0; i < requests.size(); i++) {
      ObjectNode one = all.putObject("gen_args_" + i);
      List<JsonNode> arguments = requests.get(i).arguments();
      for (int k = 0; k < arguments.size(); k++) {
        one.set("arg_" + k, arguments.get(k));
      }
    }
    return all;
  }

  /// Numbers and flags are written as text, by Python's `str`.
  private static JsonNode asTexts(Value value) {
    return switch (value) {
      case Value.Listing(List<Value> items) -> asTexts(items);
      case Value.Tuple tuple -> asTexts(tuple.items());
      case Dict dict -> ValueJson.of(dict);
      case Value.None none -> JSON.nullNode();
      default -> TextNode.valueOf(Printing.str(value));
    };
  }

  private static ArrayNode asTexts(List<Value> items) {
    ArrayNode array = JSON.arrayNode();
    items.forEach(item -> array.add(asTexts(item)));
    return array;
  }

  /// One hash for all samples of a task.
  static String taskHash(List<Sample> samples) {
    StringBuilder all = new StringBuilder();
    for (Sample sample : samples) {
      Hashes hashes = Hashes.of(sample.instance());
      all.append(hashes.document()).append(hashes.prompt()).append(hashes.target());
    }
    return Sha256.of(all.toString());
  }

  private record Hashes(String document, String prompt, String target) {
    static Hashes of(Instance instance) {
      String prompt = PythonJson.str(instance.requests().getFirst().arguments().getFirst());
      return new Hashes(
          Sha256.of(PythonJson.indented(ValueJson.of(instance.document().fields()))),
          Sha256.of(prompt),
          Sha256.of(Printing.str(instance.target())));
    }
  }

  private SampleLines() {}
}
