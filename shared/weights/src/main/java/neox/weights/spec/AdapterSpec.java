package neox.weights.spec;

import java.util.List;
import java.util.stream.Stream;
import neox.config.LoraConfig;
import neox.config.TuningConfig;
import neox.weights.Shape;

/// What a low-rank adapter (arXiv:2106.09685) adds to a projection: scale · x Aᵀ Bᵀ.
///
/// Where tensor-parallel ranks share the rows of the projection's weight, they share those of B,
/// and each has all of A; where they share its columns, they share those of A. Of the gradient of
/// what each has whole, each computes a part.
///
/// @param a `[rank, in]`, drawn as PEFT draws it (Kaiming's uniform with a² = 5)
/// @param b `[out, rank]`, 0 at first, so that nothing is added
/// @param dropout of x, while training
public record AdapterSpec(ParameterSpec a, ParameterSpec b, double scale, double dropout) {
  /// The adapter of a projection.
  ///
  /// @param projection its name without that of a parameter
  /// @param weight the shape of its weight, `[out, in]`
  /// @param share how ranks share the weight
  static AdapterSpec of(LoraConfig lora, Home projection, Shape weight, Share.Split share) {
    long inputs = weight.size(1);
    boolean rows = share.dim() == 0;
    return new AdapterSpec(
        matrix(
            projection,
            TuningConfig.LORA_A,
            Shape.of(lora.rank(), inputs),
            new Initializer.Uniform(1 / Math.sqrt((double) inputs)),
            rows ? new Share.AddedOnce() : share),
        matrix(
            projection,
            TuningConfig.LORA_B,
            Shape.of(weight.size(0), lora.rank()),
            new Initializer.Constant(0),
            rows ? share : new Share.AddedOnce()),
        lora.scale(),
        lora.dropout());
  }

  private static ParameterSpec matrix(
      Home projection, String suffix, Shape shape, Initializer first, Share share) {
    Home home = new Home(projection.layer(), projection.name() + suffix);
    return new ParameterSpec(List.of(home), shape, first, share, Group.DECAYING, true);
  }

  Stream<ParameterSpec> parameters() {
    return Stream.of(a, b);
  }
}
