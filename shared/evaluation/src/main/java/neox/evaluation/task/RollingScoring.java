package neox.evaluation.task;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.metric.Metric;
import neox.evaluation.metric.Value;
import neox.evaluation.request.Response;
import neox.evaluation.request.Response.RollingLikelihood;
import neox.python.PythonText;

/// The likelihood of a text per word and per byte.
record RollingScoring(Map<String, Metric> wanted) implements Scoring {
  RollingScoring {
    Scoring.require(
        OutputType.LOGLIKELIHOOD_ROLLING,
        wanted,
        List.of("word_perplexity", "byte_perplexity", "bits_per_byte"));
  }

  @Override
  public Map<String, Value> score(Instance instance, List<Response> responses) {
    double logLikelihood = ((RollingLikelihood) responses.getFirst()).logLikelihood();
    String text = ((Target.Text) instance.target()).text();
    int words = PythonText.countWords(text);
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    Map<String, Value> values = new LinkedHashMap<>();
    if (wanted.containsKey("word_perplexity")) {
      values.put("word_perplexity", new Value.Weighted(logLikelihood, words));
    }
    if (wanted.containsKey("byte_perplexity")) {
      values.put("byte_perplexity", new Value.Weighted(logLikelihood, bytes));
    }
    if (wanted.containsKey("bits_per_byte")) {
      values.put("bits_per_byte", new Value.Weighted(logLikelihood, bytes));
    }
    return values;
  }
}
