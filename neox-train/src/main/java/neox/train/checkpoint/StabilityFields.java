package neox.train.checkpoint;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import neox.train.stability.LossScale;
import neox.train.stability.NoiseScale;
import neox.train.stability.Recent;
import neox.train.stability.Stability;

/// A run's [Stability] in `train_state.json`. What says nothing is left out, so that the file of a
/// run that never skips is what it was before there was skipping.
final class StabilityFields {
  static void write(Stability stability, ObjectNode json) {
    LossScale scale = stability.lossScale();
    if (!scale.equals(Stability.FRESH.lossScale())) {
      json.putObject("loss_scaler")
          .put("cur_scale", scale.scale())
          .put("cur_hysteresis", scale.patience())
          .put("cur_iter", scale.step())
          .put("iters_since_overflow", scale.step() - scale.lastOverflow());
    }
    if (stability.skipped() > 0) {
      json.put("skipped_steps", stability.skipped()).put("skipped_in_a_row", stability.inARow());
    }
    if (stability.losses().size() > 0) {
      ObjectNode recent = json.putObject("recent");
      write(stability.losses(), recent.putArray("losses"));
      write(stability.norms(), recent.putArray("grad_norms"));
    }
  }

  static void write(NoiseScale noiseScale, ObjectNode json) {
    if (noiseScale.estimates() > 0) {
      json.putObject("gradient_noise_scale")
          .put("ema_noise", noiseScale.signal()) // GPT-NeoX's names
          .put("ema_scale", noiseScale.noise())
          .put("estimates", noiseScale.estimates());
    }
  }

  static NoiseScale readNoiseScale(StateFields fields) {
    return fields
        .optionalChild("gradient_noise_scale")
        .map(saved ->
            new NoiseScale(
                saved.real("ema_noise"), saved.real("ema_scale"), saved.count("estimates")))
        .orElse(NoiseScale.NONE);
  }

  private static void write(Recent values, ArrayNode json) {
    values.values().forEach(json::add);
  }

  static Stability read(StateFields fields) {
    Optional<StateFields> recent = fields.optionalChild("recent");
    return new Stability(
        fields
            .optionalChild("loss_scaler")
            .map(StabilityFields::lossScale)
            .orElse(Stability.FRESH.lossScale()),
        fields.countOr("skipped_steps", 0),
        fields.countOr("skipped_in_a_row", 0),
        recent.map(values -> new Recent(values.reals("losses"))).orElse(Recent.NONE),
        recent.map(values -> new Recent(values.reals("grad_norms"))).orElse(Recent.NONE));
  }

  private static LossScale lossScale(StateFields fields) {
    long step = fields.count("cur_iter");
    return new LossScale(
        fields.real("cur_scale"),
        fields.intCount("cur_hysteresis"),
        step,
        step - fields.count("iters_since_overflow"));
  }

  private StabilityFields() {}
}
