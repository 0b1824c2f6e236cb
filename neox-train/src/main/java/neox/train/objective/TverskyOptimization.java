package neox.train.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.train.data.MicroBatch;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Kahneman-Tversky optimization, KTO (arXiv:2402.01306 eq. 8), as GPT-NeoX computes it. For each
/// text, with d = Σ (π - ρ) over the labels that count, r the mean over the row of its tokens'
/// rewards, and w the weight of the sign of its reward:
///
///     0.5 w (1 - σ(β r (d - KL))),  KL = mean over texts of max(0, d)
///
/// NeoX compat: KL is that of the other half of the micro-batch, so that no further texts are
/// needed; each text of one half is added to one of the other and the sums' mean is the loss; and r
/// is a mean over the whole row, padding included, so that a short text's reward counts less.
///
/// @param beta β
/// @param desirable w of texts with rewards above 0
/// @param undesirable w of texts with rewards below 0
/// @param held ρ
public record TverskyOptimization(double beta, double desirable, double undesirable, Reference held)
    implements Objective {
  /// Rewards nearer to 0 than this are none.
  private static final double SOME = 0.001;

  @Override
  public Loss of(Scores scores, MicroBatch batch) {
    Tensor mask = batch.lossMask(); // [b, s]
    Tensor rewards = batch.rewards().orElseThrow(); // [b, s]
    Tensor reference = held.logLikelihoods(batch).mul(mask);
    Tensor policy = scores.logLikelihoods(batch.labels(), Optional.empty()).mul(mask);
    Tensor ratios = policy.sub(reference).sum(-1); // [b]
    Tensor weights = weights(rewards.sum(-1));
    Tensor values = values(ratios, rewards.mean(-1));
    Tensor losses = values.mul(weights).mul(new Scalar(0.5)); // [b]
    long half = losses.size(0) / 2;
    Tensor loss = losses.narrow(0, 0, half).add(losses.narrow(0, half, half)).mean();
    return new Loss(loss, metrics(policy.detach(), reference, rewards, mask));
  }

  @Override
  public Optional<Reference> reference() {
    return Optional.of(held);
  }

  @Override
  public List<String> metrics() {
    return List.of(
        "ref_logp",
        "policy_logp",
        "pos_ref_logp",
        "neg_ref_logp",
        "pos_policy_logp",
        "neg_policy_logp",
        "kl",
        "reward_acc",
        "policy_rewards");
  }

  /// w of each text.
  private Tensor weights(Tensor rewards) {
    return above(rewards)
        .mul(new Scalar(desirable))
        .add(below(rewards).mul(new Scalar(undesirable)));
  }

  private static Tensor above(Tensor rewards) {
    return rewards.gt(new Scalar(SOME)).to(ScalarType.Float);
  }

  private static Tensor below(Tensor rewards) {
    return rewards.lt(new Scalar(-SOME)).to(ScalarType.Float);
  }

  /// 1 - σ(β r (d - KL)) of each text, with the KL of the other half.
  private Tensor values(Tensor ratios, Tensor rewards) {
    long half = ratios.size(0) / 2;
    Tensor first = ratios.narrow(0, 0, half);
    Tensor second = ratios.narrow(0, half, half);
    Tensor ahead =
        torch.cat(
            new org.bytedeco.pytorch.TensorVector(
                first.sub(divergence(second)), second.sub(divergence(first))),
            0);
    return ahead.mul(rewards).mul(new Scalar(beta)).sigmoid().neg().add(new Scalar(1));
  }

  private static Tensor divergence(Tensor ratios) {
    return ratios.detach().relu().mean();
  }

  /// Under GPT-NeoX's names.
  private Map<String, Tensor> metrics(Tensor policy, Tensor held, Tensor rewards, Tensor mask) {
    Map<String, Tensor> metrics = new LinkedHashMap<>();
    Tensor difference = policy.sub(held);
    Tensor gains = difference.mul(rewards).mul(new Scalar(beta));
    metrics.put("ref_logp", meanOfTexts(held));
    metrics.put("policy_logp", meanOfTexts(policy));
    metrics.put("pos_ref_logp", meanOfTexts(held.mul(above(rewards))));
    metrics.put("neg_ref_logp", meanOfTexts(held.mul(below(rewards))));
    metrics.put("pos_policy_logp", meanOfTexts(policy.mul(above(rewards))));
    metrics.put("neg_policy_logp", meanOfTexts(policy.mul(below(rewards))));
    metrics.put("kl", difference.sum().div(mask.sum()));
    metrics.put("reward_acc", gains.sum(-1).gt(new Scalar(0)).to(ScalarType.Float).mean());
    metrics.put("policy_rewards", gains.sum());
    return metrics;
  }

  private static Tensor meanOfTexts(Tensor perToken) {
    return perToken.sum(-1).mean();
  }
}
