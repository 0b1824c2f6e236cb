package neox.train.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.train.data.MicroBatch;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Direct preference optimization, DPO (arXiv:2305.18290 eq. 7). With π the log-likelihood of a
/// text's labels, and ρ the reference's:
///
///     mean over pairs of -log σ(β ((π(chosen) - ρ(chosen)) - (π(rejected) - ρ(rejected))))
///
/// @param beta β
/// @param reference ρ; 0 without one
public record PreferenceOptimization(double beta, Optional<Reference> reference)
    implements Objective {
  @Override
  public Loss of(Scores scores, MicroBatch batch) {
    Pairs policy = sums(scores.logLikelihoods(batch.labels(), Optional.empty()), batch);
    Optional<Pairs> held = reference.map(model -> sums(model.logLikelihoods(batch), batch));
    Tensor margins =
        held.map(policy::minus).orElse(policy).margins().mul(new Scalar(beta)); // [pairs]
    return new Loss(torch.log_sigmoid(margins).mean().neg(), metrics(policy.detached(), held));
  }

  @Override
  public List<String> metrics() {
    return reference.isPresent()
        ? List.of(
            "ref_neg",
            "ref_pos",
            "chosen_neg",
            "chosen_pos",
            "chosen_rewards",
            "rejected_rewards",
            "reward_acc",
            "margins")
        : List.of("chosen_neg", "chosen_pos");
  }

  /// The log-likelihood of each text: Σ over the labels that count.
  private static Pairs sums(Tensor logLikelihoods, MicroBatch batch) {
    return Pairs.of(logLikelihoods.mul(batch.lossMask()).sum(-1));
  }

  /// Under GPT-NeoX's names.
  private Map<String, Tensor> metrics(Pairs policy, Optional<Pairs> held) {
    Map<String, Tensor> metrics = new LinkedHashMap<>();
    held.ifPresent(reference -> {
      metrics.put("ref_neg", reference.rejected().mean());
      metrics.put("ref_pos", reference.chosen().mean());
    });
    metrics.put("chosen_neg", policy.rejected().mean());
    metrics.put("chosen_pos", policy.chosen().mean());
    held.ifPresent(reference -> {
      Pairs rewards = policy.minus(reference).times(beta);
      metrics.put("chosen_rewards", rewards.chosen().mean());
      metrics.put("rejected_rewards", rewards.rejected().mean());
      metrics.put("reward_acc", rewards.accuracy());
      metrics.put("margins", rewards.margins().mean());
    });
    return metrics;
  }
}
