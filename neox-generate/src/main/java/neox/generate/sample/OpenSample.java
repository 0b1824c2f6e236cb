package neox.generate.sample;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.inference.GeneratedToken;
import neox.inference.Generation;
import neox.inference.GenerationSink.Flow;
import neox.inference.sampling.Logprobs;
import neox.inference.text.TextStream;

/// A sample that is being written. Mutable.
final class OpenSample {
  /// NeoX's words.
  private static final String NOT_STARTED =
      "WARNING: text generation did not start; try different batching or adjust parameters";

  private final Answers answers;
  private final Answers.Prompt prompt;
  private final TextStream stream;
  private final StringBuilder text = new StringBuilder();
  private final List<Object> logprobs = new ArrayList<>();
  private final List<float[]> logits = new ArrayList<>();
  private final long startedAtNanos = System.nanoTime();

  OpenSample(Answers answers, Answers.Prompt prompt) {
    this.answers = answers;
    this.prompt = prompt;
    this.stream = answers.stream(prompt);
  }

  /// What can be shown now that the token has come.
  String add(GeneratedToken token) {
    token.logprobs().ifPresent(each -> logprobs.add(fields(token.id(), each)));
    token.logits().ifPresent(each -> logits.add(finite(each)));
    String piece = stream.add(token.id());
    text.append(piece);
    return piece;
  }

  /// JSON knows no infinity, which the logits of rows have that stand for no token.
  private static float[] finite(float[] logits) {
    float[] finite = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      finite[i] = Math.max(-Float.MAX_VALUE, logits[i]);
    }
    return finite;
  }

  /// Whether more of it is wanted.
  Flow flow() {
    return stream.isStopped() ? Flow.STOP : Flow.CONTINUE;
  }

  /// What was held back, now that nothing follows.
  String end() {
    String piece = stream.end();
    text.append(piece);
    return piece;
  }

  Sample finish(Generation generation) {
    boolean finished =
        switch (generation.end()) {
          case END_TOKEN, STOP_SEQUENCE -> true;
          case READER, MAXIMUM, FULL -> stream.isStopped();
        };
    int length = generation.tokens().length;
    return new Sample(
        prompt.text(),
        text.toString(),
        length,
        finished,
        length > 0 ? Optional.empty() : Optional.of(NOT_STARTED),
        (System.nanoTime() - startedAtNanos) / 1e9,
        details());
  }

  private Map<String, Object> details() {
    Map<String, Object> details = new LinkedHashMap<>();
    if (answers.writing().details().logits()) {
      details.put(Sample.LOGITS, logits);
    }
    if (answers.writing().details().alternatives().isPresent()) {
      details.put(Sample.LOGPROBS, logprobs);
    }
    return details;
  }

  private Map<String, Object> fields(int id, Logprobs known) {
    Map<String, Object> fields = token(id, known.chosen());
    if (answers.writing().details().alternatives().orElse(0) > 0) {
      fields.put(
          "likeliest",
          known.likeliest().stream().map(each -> token(each.token(), each.logprob())).toList());
    }
    return fields;
  }

  private Map<String, Object> token(int id, double logprob) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("token", answers.token(id));
    fields.put("id", id);
    fields.put("logprob", logprob);
    return fields;
  }
}
