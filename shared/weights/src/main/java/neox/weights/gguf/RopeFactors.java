package neox.weights.gguf;

import java.lang.foreign.MemorySegment;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorView;

/// What llama.cpp divides the angle of each pair of dims by (`rope_freqs.weight`): how Llama 3.1's
/// rotary positions are told to it.
final class RopeFactors {
  static final String NAME = "rope_freqs.weight";

  /// `[dims / 2]`: 1 where a wave is short, the whole factor where it is long, and between them
  /// what mixes the frequencies linearly by turns over the positions of training.
  static TensorView of(Positions.Rotary rotary, RotaryScaling.Llama3 scaling, int dims) {
    float[] factors = new float[dims / 2];
    for (int pair = 0; pair < factors.length; pair++) {
      double turns =
          scaling.positions() * Math.pow(rotary.base(), -2.0 * pair / dims) / (2 * Math.PI);
      double share =
          (turns - scaling.lowFrequency()) / (scaling.highFrequency() - scaling.lowFrequency());
      double kept = Math.clamp(share, 0, 1);
      factors[pair] = (float) (1 / ((1 - kept) / scaling.factor() + kept));
    }
    return new TensorView(DType.FLOAT32, Shape.of(factors.length), MemorySegment.ofArray(factors));
  }

  private RopeFactors() {}
}
