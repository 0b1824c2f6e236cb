package neox.model;

import java.util.Optional;
import java.util.function.UnaryOperator;
import neox.config.model.GmlpConfig;
import neox.weights.spec.LayerSpec;
import org.bytedeco.pytorch.Tensor;

/// One gMLP block (arXiv:2105.08050 §2), `[b, s, h]` to `[b, s, h]`:
///
///     (u, g) = activation(widen(norm x));  y = narrow(u · (mix(norm g) + attention(u, g)))
///
/// NeoX compat: unlike the paper's it adds nothing to its input, nor biases to its projections.
final class Gmlp implements Layer {
  private final Normalization norm;
  private final Projection widen;
  private final UnaryOperator<Tensor> activation;
  private final Normalization gateNorm;
  private final SpatialMixing mixing;
  private final Optional<TinyAttention> attention;
  private final Projection narrow;

  Gmlp(LayerSpec.Gmlp spec, Parts parts) {
    ParameterSet parameters = parts.parameters();
    GmlpConfig config = spec.config();
    long[] hidden = {parts.model().hiddenSize()};
    long[] inside = {(long) GmlpConfig.WIDENING * parts.model().hiddenSize()};
    this.norm = Normalization.of(spec.norm(), hidden, parameters);
    this.widen = Projection.of(parameters.weights(spec.widen().weight()).getFirst(), parameters);
    this.activation = Mlp.activation(config.activation(), config.tanhGelu());
    this.gateNorm = Normalization.of(spec.gateNorm(), inside, parameters);
    this.mixing =
        new SpatialMixing(
            spec.number(),
            parameters.get(spec.mix().weight()),
            parameters.get(spec.mix().bias().orElseThrow()));
    this.attention =
        spec.attention().map(of -> new TinyAttention(spec.number(), of, config, parts));
    this.narrow = Projection.of(parameters.weights(spec.narrow().weight()).getFirst(), parameters);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor both = activation.apply(widen.alone(norm.forward(x), pass)); // [b, s, 2f]
    long f = both.size(-1) / 2;
    Tensor values = both.narrow(-1, 0, f);
    Tensor gates = mixing.forward(gateNorm.forward(both.narrow(-1, f, f)), pass);
    Tensor all = attention.map(head -> gates.add(head.forward(both, pass))).orElse(gates);
    return narrow.alone(all.mul(values), pass);
  }
}
