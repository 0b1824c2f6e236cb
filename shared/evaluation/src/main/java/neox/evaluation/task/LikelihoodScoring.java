package neox.evaluation.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.metric.Metric;
import neox.evaluation.request.Response.Likelihood;
import neox.template.value.Value;

/// The likelihood of the target (`perplexity`) and whether greedy decoding writes it (`acc`).
record LikelihoodScoring(Map<String, Metric> wanted) implements Scoring {
  LikelihoodScoring {
    Scoring.require(OutputType.LOGLIKELIHOOD, wanted, List.of("perplexity", "acc"));
  }

  @Override
  public Map<String, Value> score(Instance instance, List<Value> results) {
    Likelihood answer = Likelihood.of(results.getFirst());
    Map<String, Value> values = new LinkedHashMap<>();
    if (wanted.containsKey("perplexity")) {
      values.put("perplexity", new Value.Real(answer.logLikelihood()));
    }
    if (wanted.containsKey("acc")) {
      values.put("acc", Value.Int.of(answer.greedy() ? 1 : 0));
    }
    return values;
  }
}
