package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import neox.parallel.TensorParallel;
import neox.weights.spec.AdapterSpec;
import neox.weights.spec.LinearSpec;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// `y = x Wᵀ + bias`: `[b, s, in]` to `[b, s, out]`, for this rank's rows or columns of W.
final class Projection {
  private final List<Section> sections;
  private final Optional<Adapter> adapter;

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
      Tensor low = Linear.of(dropout.forward(x, pass), a); // [b, s, rank]
      return Linear.of(low, b).mul(new Scalar(scale));
    }
  }

  /// Some rows of the whole: all of them, but where a shard has rows that lie apart.
  ///
  /// @param bias `[out]`
  private record Section(Weight weight, TensorOptional bias) {
    Tensor forward(Tensor x) {
      return weight.forward(x, bias);
    }

    Tensor constant(Tensor x) {
      return weight.constant(x, bias);
    }
  }

  private Projection(List<Section> sections, Optional<Adapter> adapter) {
    this.sections = List.copyOf(sections);
    this.adapter = adapter;
  }

  static Projection of(LinearSpec spec, ParameterSet parameters, TensorParallel tp) {
    List<Weight> weights = parameters.weights(spec.weight());
    Optional<List<Tensor>> biases =
        spec.bias().filter(bias -> isAdded(bias.share(), tp)).map(parameters::sections);
    List<Section> sections = new ArrayList<>();
    for (int i = 0; i < weights.size(); i++) {
      int section = i;
      sections.add(
          new Section(
              weights.get(i), parameters.argumentOf(biases.map(each -> each.get(section)))));
    }
    return new Projection(sections, spec.adapter().map(each -> Adapter.of(each, parameters, tp)));
  }

  /// The projection whose weight is this, without a bias.
  static Projection of(Weight weight, ParameterSet parameters) {
    Section all = new Section(weight, parameters.argument(Optional.empty()));
    return new Projection(List.of(all), Optional.empty());
  }

  /// What the ranks' results add up to must hold a bias once.
  private static boolean isAdded(Share share, TensorParallel tp) {
    return switch (share) {
      case Share.Split _, Share.Same _ -> true;
      case Share.AddedOnce _, Share.Summed _ -> tp.isFirst();
    };
  }

  Tensor forward(Tensor x, Pass pass) {
    Tensor y = alone(x, pass);
    return adapter.isPresent() ? y.add(adapter.get().forward(x, pass)) : y;
  }

  /// The same where there is no adapter.
  Tensor alone(Tensor x, Pass pass) {
    return pass.branches().isPresent() ? constant(x) : forward(x);
  }

  /// The same where neither there is an adapter, nor branches.
  Tensor forward(Tensor x) {
    return joined(section -> section.forward(x));
  }

  /// The same of 64 rows or more, each of whose results depends on the row alone.
  Tensor constant(Tensor x) {
    return joined(section -> section.constant(x));
  }

  private Tensor joined(Function<Section, Tensor> product) {
    if (sections.size() == 1) {
      return product.apply(sections.getFirst());
    }
    Tensor[] each = sections.stream().map(product).toArray(Tensor[]::new);
    return torch.cat(new TensorVector(each), -1);
  }
}
