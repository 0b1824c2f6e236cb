package neox.evaluation.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;

/// How a continuation is to be generated, in the keywords of Hugging Face's `generate`.
///
/// @param keywords kept as given, for sample files; must not be changed
public record GenerationOptions(ObjectNode keywords) {
  private static final int DEFAULT_MAX_TOKENS = 256;
  private static final List<String> MAX_TOKENS =
      List.of("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens");

  public GenerationOptions {
    boolean samples =
        keywords.path("do_sample").asBoolean(keywords.path("temperature").asDouble() > 0);
    if (samples) {
      throw new UserException(
          "generation options: sampling (do_sample, temperature > 0) is not supported by neox-eval;"
              + " use do_sample=false");
    }
  }

  /// What tasks get that say nothing: greedy, up to 256 tokens, until the few-shot delimiter.
  public static GenerationOptions until(String delimiter) {
    ObjectNode keywords = JsonNodeFactory.instance.objectNode();
    keywords.put("temperature", 0.0).put("do_sample", false);
    keywords.put("max_gen_toks", DEFAULT_MAX_TOKENS).putArray("until").add(delimiter);
    return new GenerationOptions(keywords);
  }

  /// The same options with some keywords replaced or added.
  public GenerationOptions with(ObjectNode changes) {
    ObjectNode merged = keywords.deepCopy();
    merged.setAll(changes);
    return new GenerationOptions(merged);
  }

  /// The texts that end a continuation, in order.
  public List<String> stops() {
    List<String> stops = new ArrayList<>();
    JsonNode until = keywords.path("until");
    if (until.isTextual()) {
      stops.add(until.textValue());
    }
    until.forEach(stop -> stops.add(stop.asText()));
    return stops;
  }

  /// The most tokens to generate.
  public int maxTokens() {
    for (String key : MAX_TOKENS) {
      JsonNode wanted = keywords.path(key);
      if (wanted.isMissingNode() || wanted.isNull()) {
        continue;
      }
      double number = wanted.asDouble(Double.NaN);
      if (!wanted.isNumber()
          || number != Math.rint(number)
          || !wanted.canConvertToInt()
          || number < 1) {
        throw UserException.of(
            "generation options: %s %s: expected a whole number from 1 on", key, wanted);
      }
      return wanted.intValue();
    }
    return DEFAULT_MAX_TOKENS;
  }
}
