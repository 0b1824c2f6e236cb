package neox.model;

import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import neox.config.RecomputeConfig;
import neox.config.model.Activation;
import neox.tensor.kernel.RowActivation;
import neox.weights.spec.MlpSpec;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// The position-wise network (arXiv:1706.03762 §3.3): widen, bend, narrow; with a gated activation,
/// one half of the wide layer gates the other (arXiv:2002.05202).
final class Mlp {
  private final Projection widen;
  private final Projection narrow;
  private final UnaryOperator<Tensor> bend;
  private final Optional<Recomputation> recomputed;

  Mlp(MlpSpec spec, Parts parts) {
    this.widen = Projection.of(spec.widen(), parts.parameters(), parts.tensorParallel());
    this.narrow = Projection.of(spec.narrow(), parts.parameters(), parts.tensorParallel());
    this.recomputed = parts.recomputed(RecomputeConfig.Part.MLP);
    UnaryOperator<Tensor> activation =
        activation(spec.config().activation(), spec.config().tanhGelu());
    boolean gated = spec.config().activation().gated();
    UnaryOperator<Tensor> libtorch = gated ? x -> gate(activation, x) : activation;
    RowActivation own =
        new RowActivation(kind(spec.config().activation(), spec.config().tanhGelu()), gated);
    OwnRows rows = parts.parameters().ownRows();
    this.bend = x -> rows.take(x, x.size(-1)) ? own.of(x) : libtorch.apply(x);
  }

  private static RowActivation.Kind kind(Activation activation, boolean tanhGelu) {
    return switch (activation) {
      case GELU -> tanhGelu ? RowActivation.Kind.TANH_GELU : RowActivation.Kind.GELU;
      case GEGLU -> RowActivation.Kind.GELU;
      case RELU, REGLU -> RowActivation.Kind.RELU;
      case SILU, SWISH, SWIGLU -> RowActivation.Kind.SILU;
      case MISH -> RowActivation.Kind.MISH;
      case SOFTSIGN -> RowActivation.Kind.SOFTSIGN;
      case BILINEAR -> RowActivation.Kind.IDENTITY;
      case GLU -> RowActivation.Kind.SIGMOID;
    };
  }

  /// This rank's part of the sum: `[b, s, h]` to `[b, s, h]`.
  Tensor partial(Tensor x, Pass pass) {
    return recomputed
        .map(again ->
            again.apply(
                pass.noise(),
                List.of(x),
                List.of(),
                (inputs, _) -> compute(inputs.getFirst(), pass)))
        .orElseGet(() -> compute(x, pass));
  }

  private Tensor compute(Tensor x, Pass pass) {
    return narrow.forward(bend.apply(widen.forward(x, pass)), pass);
  }

  /// NeoX's order: the *second* half is the gate.
  private static Tensor gate(UnaryOperator<Tensor> activation, Tensor x) {
    long half = x.size(-1) / 2;
    return activation.apply(x.narrow(-1, half, half)).mul(x.narrow(-1, 0, half));
  }

  /// The non-linearity itself, of the gate where there is one.
  static UnaryOperator<Tensor> activation(Activation activation, boolean tanhGelu) {
    return switch (activation) {
      case GELU -> tanhGelu ? x -> torch.gelu(x, "tanh") : torch::gelu;
      case GEGLU -> torch::gelu;
      case RELU, REGLU -> torch::relu;
      case SILU, SWISH, SWIGLU -> torch::silu;
      case MISH -> torch::mish;
      case SOFTSIGN -> x -> x.div(x.abs().add(new Scalar(1)));
      case BILINEAR -> x -> x;
      case GLU -> torch::sigmoid;
    };
  }
}
