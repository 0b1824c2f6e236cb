package neox.evaluation.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import neox.evaluation.request.Request;
import neox.evaluation.request.Response;

/// Requests and answers as JSON. Numbers are texts: they keep every bit, infinities and NaN too.
final class AnswerJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// The kind of a request and its arguments, as the harness names them.
  static ArrayNode of(Request request) {
    ArrayNode all = JSON.arrayNode();
    all.add(
        switch (request) {
          case Request.LogLikelihood x -> "loglikelihood";
          case Request.RollingLogLikelihood x -> "loglikelihood_rolling";
          case Request.Generate x -> "generate_until";
        });
    request.arguments().forEach(all::add);
    return all;
  }

  static ObjectNode of(String key, Response response) {
    ObjectNode json = JSON.objectNode().put("key", key);
    return switch (response) {
      case Response.Likelihood(double logLikelihood, boolean greedy) ->
          json.put("loglikelihood", Double.toString(logLikelihood)).put("greedy", greedy);
      case Response.RollingLikelihood(double logLikelihood) ->
          json.put("rolling", Double.toString(logLikelihood));
      case Response.Generated(String text) -> json.put("text", text);
    };
  }

  static String key(JsonNode json) {
    return json.path("key").asText();
  }

  static Response response(JsonNode json) {
    if (json.has("text")) {
      return new Response.Generated(json.get("text").textValue());
    }
    if (json.has("rolling")) {
      return new Response.RollingLikelihood(number(json, "rolling"));
    }
    return new Response.Likelihood(
        number(json, "loglikelihood"), json.path("greedy").booleanValue());
  }

  private static double number(JsonNode json, String name) {
    return Double.parseDouble(json.path(name).textValue());
  }

  private AnswerJson() {}
}
