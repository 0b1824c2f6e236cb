package neox.evaluation.task;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.metric.Metric;
import neox.python.PythonText;
import neox.template.value.Printing;
import neox.template.value.Value;

/// The likelihood of a text per word and per byte.
record RollingScoring(Map<String, Metric> wanted) implements Scoring {
  RollingScoring {
    Scoring.require(
        OutputType.LOGLIKELIHOOD_ROLLING,
        wanted,
        List.of("word_perplexity", "byte_perplexity", "bits_per_byte"));
  }

  @Override
  public Map<String, Value> score(Instance instance, List<Value> results) {
    Value logLikelihood = results.getFirst();
    String text = Printing.str(instance.target());
    Value words = Value.Int.of(PythonText.countWords(text));
    Value bytes = Value.Int.of(text.getBytes(StandardCharsets.UTF_8).length);
    Map<String, Value> values = new LinkedHashMap<>();
    if (wanted.containsKey("word_perplexity")) {
      values.put("word_perplexity", Value.Tuple.of(logLikelihood, words));
    }
    if (wanted.containsKey("byte_perplexity")) {
      values.put("byte_perplexity", Value.Tuple.of(logLikelihood, bytes));
    }
    if (wanted.containsKey("bits_per_byte")) {
      values.put("bits_per_byte", Value.Tuple.of(logLikelihood, bytes));
    }
    return values;
  }
}
