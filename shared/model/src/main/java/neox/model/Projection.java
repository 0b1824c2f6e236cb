package neox.model;

import java.util.Optional;
import neox.parallel.TensorParallel;
import neox.tensor.ElementType;
import neox.weights.spec.AdapterSpec;
import neox.weights.spec.LinearSpec;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// `y = x Wᵀ + bias`: `[b, s, in]` to `[b, s, out]`, for this rank's rows or columns of W.
final class Projection {
  private final Tensor weight; // [out, in]
  private final TensorOptional bias; // [out]
  private final Optional<Adapter> adapter;
  private final boolean vectorsFaster;

  /// A low-rank adapter, see [AdapterSpec], or this tensor-parallel rank's part of it.
  ///
  /// @param a `[rank, in]`
  /// @param b `[out, rank]`
  private record Adapter(Tensor a, Tensor b, double scale, Dropout dropout) {
    static Adapter of(AdapterSpec spec, ParameterSet parameters, TensorParallel tp) {
      return new Adapter(
          parameters.get(spec.a()),
          parameters.get(spec.b()),
          spec.scale(),
          new Dropout(spec.dropout(), site(spec, tp)));
    }

    /// What a row-parallel projection reads is each rank's own.
    private static Dropout.Site site(AdapterSpec spec, TensorParallel tp) {
      String name = spec.a().key();
      return spec.a().share() instanceof Share.Split
          ? Dropout.Site.ofRank(name, tp)
          : Dropout.Site.alike(name);
    }

    Tensor forward(Tensor x, Pass pass) {
      Tensor low = torch.linear(dropout.forward(x, pass), a); // [b, s, rank]
      return torch.linear(low, b).mul(new Scalar(scale));
    }
  }

  private Projection(Tensor weight, TensorOptional bias, Optional<Adapter> adapter) {
    this.weight = weight;
    this.bias = bias;
    this.adapter = adapter;
    this.vectorsFaster = ElementType.of(weight) == ScalarType.Float && weight.is_cpu();
  }

  static Projection of(LinearSpec spec, ParameterSet parameters, TensorParallel tp) {
    return new Projection(
        parameters.get(spec.weight()),
        parameters.argument(spec.bias().filter(bias -> isAdded(bias.share(), tp))),
        spec.adapter().map(each -> Adapter.of(each, parameters, tp)));
  }

  /// The projection whose weight is this tensor, without a bias.
  static Projection of(Tensor weight, ParameterSet parameters) {
    return new Projection(weight, parameters.argument(Optional.empty()), Optional.empty());
  }

  /// What the ranks' results add up to must hold a bias once.
  private static boolean isAdded(Share share, TensorParallel tp) {
    return switch (share) {
      case Share.Split _, Share.Same _ -> true;
      case Share.AddedOnce _, Share.Summed _ -> tp.isFirst();
    };
  }

  Tensor forward(Tensor x, Pass pass) {
    Tensor y = forward(x);
    return adapter.isPresent() ? y.add(adapter.get().forward(x, pass)) : y;
  }

  /// The same where there is no adapter.
  Tensor forward(Tensor x) {
    if (vectorsFaster && x.numel() == weight.size(1)) {
      return vector(x.view(-1)).view(1, 1, -1);
    }
    return torch.linear(x, weight, bias);
  }

  /// One token: OpenBLAS multiplies matrix and vector two to three times faster than matrices.
  private Tensor vector(Tensor x) {
    return bias.has_value() ? torch.addmv(bias.get(), weight, x) : torch.mv(weight, x);
  }
}
