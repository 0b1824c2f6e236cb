package neox.weights.spec;

import java.util.List;
import java.util.stream.Stream;
import neox.config.LoraConfig;
import neox.config.TuningConfig;
import neox.weights.Shape;

/// What a low-rank adapter (arXiv:2106.09685) adds to a projection: scale · x Aᵀ Bᵀ.
///
/// @param a `[rank, in]`, drawn as PEFT draws it (Kaiming's uniform with a² = 5)
/// @param b `[out, rank]`, 0 at first, so that nothing is added
/// @param dropout of x, while training
public record AdapterSpec(ParameterSpec a, ParameterSpec b, double scale, double dropout) {
  /// The adapter of a projection.
  ///
  /// @param projection its name without that of a parameter
  /// @param weight the shape of its weight, `[out, in]`
  static AdapterSpec of(LoraConfig lora, Home projection, Shape weight) {
    long inputs = weight.size(1);
    return new AdapterSpec(
        matrix(
            projection,
            TuningConfig.LORA_A,
            Shape.of(lora.rank(), inputs),
            new Initializer.Uniform(1 / Math.sqrt((double) inputs))),
        matrix(
            projection,
            TuningConfig.LORA_B,
            Shape.of(weight.size(0), lora.rank()),
            new Initializer.Constant(0)),
        lora.scale(),
        lora.dropout());
  }

  private static ParameterSpec matrix(
      Home projection, String suffix, Shape shape, Initializer first) {
    Home home = new Home(projection.layer(), projection.name() + suffix);
    return new ParameterSpec(List.of(home), shape, first, Share.SAME, Group.DECAYING, true);
  }

  Stream<ParameterSpec> parameters() {
    return Stream.of(a, b);
  }
}
