package neox.config.model;

import java.util.List;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// The position-wise network of one block.
///
/// @param activation its non-linearity
/// @param tanhGelu gelu by its tanh approximation (`bias_gelu_fusion`)
/// @param size width between the two projections; of each half when gated
/// @param bias whether its projections have biases (`use_bias_in_mlp`)
public record MlpConfig(Activation activation, boolean tanhGelu, int size, boolean bias) {

  private static final int LARGEST = 1 << 24;

  public MlpConfig withActivation(Activation value) {
    return new MlpConfig(value, tanhGelu, size, bias);
  }

  public MlpConfig withSize(int value) {
    return new MlpConfig(activation, tanhGelu, value, bias);
  }

  public MlpConfig withBias(boolean value) {
    return new MlpConfig(activation, tanhGelu, size, value);
  }

  static MlpConfig from(ConfigTable t, int hidden) {
    Activation activation =
        t.choice("activation", Activation.GELU, "non-linearity of the MLP; gated: geglu … glu");
    return new MlpConfig(
        activation,
        tanhGelu(t, activation),
        size(t, hidden, activation),
        t.flag("use_bias_in_mlp", true, "biases in the MLP projections"));
  }

  /// NeoX compat: the fused kernel computes another formula, and only for gelu; every other
  /// activation takes no notice of the flag.
  private static boolean tanhGelu(ConfigTable t, Activation activation) {
    boolean fusion =
        t.flag("bias_gelu_fusion", false, "gelu by its tanh approximation; only activation gelu");
    return fusion && activation == Activation.GELU;
  }

  /// The width between the two projections; of one half when gated. NeoX's rule, where it gives a
  /// working network: a gated MLP gets two thirds of the width, so that three matrices hold as many
  /// weights as two, rounded up to `mlp_multiple_of` per half.
  private static int size(ConfigTable t, int hidden, Activation activation) {
    t.displace(List.of("intermediate_size"), List.of("expansion_factor"));
    t.displace(List.of("expansion_factor"), List.of("intermediate_size"));
    Optional<Integer> size =
        t.optional(
            "intermediate_size",
            ConfigType.integer(Range.atLeast(1)),
            "width of the MLP, before the 2/3 of gated activations; 4 hidden_size when not given");
    Optional<Double> factor =
        t.optional(
            "expansion_factor",
            ConfigType.real(Range.POSITIVE),
            "width of the MLP as a multiple of hidden_size, instead of intermediate_size");
    int multiple =
        t.integer("mlp_multiple_of", 1, Range.atLeast(1), "unit to which the width is rounded up");
    t.check(
        size.isEmpty() || factor.isEmpty(),
        List.of("expansion_factor", "intermediate_size"),
        "give either intermediate_size or expansion_factor, not both");
    double wanted = size.map(s -> (double) s).orElse(factor.orElse(4.0) * hidden);
    long width = wanted > LARGEST ? (long) wanted : width((long) wanted, multiple, activation);
    t.check(
        width >= 1 && width <= LARGEST,
        List.of("intermediate_size", "expansion_factor", "mlp_multiple_of", "hidden_size"),
        "expected a width of the MLP from 1 to %,d, found %d",
        LARGEST,
        width);
    return Math.clamp(width, 1, LARGEST);
  }

  private static long width(long base, long unit, Activation activation) {
    return activation.gated()
        ? unit * Math.ceilDiv(base * 2 / 3, 2 * unit)
        : unit * Math.ceilDiv(base, unit);
  }
}
