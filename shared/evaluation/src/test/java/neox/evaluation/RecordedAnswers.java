package neox.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.request.Request;
import neox.evaluation.request.RequestRunner;
import neox.evaluation.request.Response;
import neox.python.PythonJson;

/// Answers as the real model did when the golden samples were written; a request that was not made
/// then is an error, so every prompt is checked on the way.
final class RecordedAnswers implements RequestRunner {
  private final Map<String, Response> answers = new HashMap<>();

  void add(JsonNode sample) {
    int index = 0;
    for (JsonNode arguments : sample.get("arguments")) {
      ArrayNode key = JsonNodeFactory.instance.arrayNode();
      arguments.forEach(key::add);
      answers.put(PythonJson.line(key), response(key, sample.get("resps").get(index++).get(0)));
    }
  }

  private static Response response(ArrayNode arguments, JsonNode recorded) {
    if (recorded.isArray()) {
      return new Response.Likelihood(
          recorded.get(0).asDouble(), recorded.get(1).asText().equals("True"));
    }
    return arguments.size() == 1
        ? new Response.RollingLikelihood(recorded.asDouble())
        : new Response.Generated(recorded.asText());
  }

  @Override
  public void run(List<Request> requests, Sink sink) {
    for (int i = 0; i < requests.size(); i++) {
      sink.answered(i, answer(requests.get(i)));
    }
  }

  private Response answer(Request request) {
    ArrayNode key = JsonNodeFactory.instance.arrayNode();
    request.arguments().forEach(key::add);
    Response response = answers.get(PythonJson.line(key));
    if (response == null) {
      throw new AssertionError("the harness did not ask " + PythonJson.line(key));
    }
    return response;
  }
}
