package neox.evaluation.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;
import neox.inference.sampling.Sampler;

/// How a continuation is to be generated, in the keywords of Hugging Face's `generate`.
///
/// @param keywords kept as given, for sample files; must not be changed
public record GenerationOptions(ObjectNode keywords) {
  private static final int DEFAULT_MAX_TOKENS = 256;

  /// What `generate` filters by where it draws and nothing is said.
  private static final int TRANSFORMERS_TOP_K = 50;

  private static final List<String> MAX_TOKENS =
      List.of("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens");

  public GenerationOptions {
    GenerationKeywords.check(keywords, !sampler(keywords).isGreedy());
    if (keywords.path("num_beams").asInt(1) != 1) {
      throw UserException.of(
          "generation options: num_beams %s: expected 1; texts are written from left to right",
          keywords.path("num_beams"));
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

  /// How tokens are chosen: drawn where `do_sample` says so, or else a `temperature` above 0.
  public Sampler sampler() {
    return sampler(keywords);
  }

  private static Sampler sampler(ObjectNode keywords) {
    double temperature = number(keywords, "temperature", 0);
    JsonNode wanted = keywords.path("do_sample");
    if (wanted.asBoolean(false) && temperature == 0) {
      throw new UserException(
          "generation options: do_sample=true at temperature 0: expected temperature=T above 0, or"
              + " do_sample=false");
    }
    return new Sampler(
        wanted.asBoolean(true) ? temperature : 0,
        (int) number(keywords, "top_k", TRANSFORMERS_TOP_K),
        number(keywords, "top_p", 1),
        number(keywords, "min_p", 0),
        number(keywords, "repetition_penalty", 1));
  }

  private static double number(ObjectNode keywords, String key, double otherwise) {
    JsonNode given = keywords.path(key);
    if (given.isMissingNode() || given.isNull()) {
      return otherwise;
    }
    double number = given.asDouble(Double.NaN); // also of a text, as --gen_kwargs may have it
    if (given.isBoolean() || Double.isNaN(number)) {
      throw UserException.of("generation options: %s %s: expected a number", key, given);
    }
    return number;
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
