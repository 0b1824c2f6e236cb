package neox.model;

import neox.parallel.TensorParallel;
import neox.tensor.MappedTensors;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.spec.Initializer;
import neox.weights.spec.Shards;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The first values of parameters, by NeoX's methods.
///
/// Each parameter draws from a generator of its own, seeded by the run's seed and its place in the
/// table, always as a whole and in float32: the values depend neither on how the network is split
/// nor on its precision. (NeoX's own depend on both, so a seed cannot give NeoX's values.)
final class Initialization {
  /// Where whole parameters are drawn, wherever and in whatever precision they will lie.
  private static final Placement WHOLE = Placement.cpu(ScalarType.Float);

  private final long seed;
  private final TensorParallel tp;

  Initialization(long seed, TensorParallel tp) {
    this.seed = seed;
    this.tp = tp;
  }

  /// @param place of the parameter in the whole network's table
  void fill(Parameter parameter, int place) {
    try (NoGradGuard _ = new NoGradGuard();
        var _ = Scope.open()) {
      Tensor value = parameter.value();
      switch (parameter.spec().initializer()) {
        case Initializer.Constant(double constant) -> value.fill_(new Scalar(constant));
        case Initializer.Uniform(double bound) ->
            fill(parameter, uniform(parameter.spec().shape(), bound, generator(place)));
        case Initializer.Random random ->
            fill(parameter, scaled(random, parameter.spec().shape(), generator(place)));
      }
    }
  }

  /// Cuts this rank's piece out of the whole.
  private void fill(Parameter parameter, Tensor whole) {
    Tensor rows = whole.contiguous();
    TensorView view =
        new TensorView(DType.FLOAT32, parameter.spec().shape(), MappedTensors.bytes(rows));
    WeightLoading.copy(
        Shards.split(parameter.spec(), view, tp.rank(), tp.size()), parameter.value());
  }

  private GeneratorOptional generator(int place) {
    return new GeneratorOptional(
        torch.make_generator_cpu(Seeds.mix(seed + Seeds.GOLDEN_RATIO * place)));
  }

  private static Tensor scaled(
      Initializer.Random random, Shape shape, GeneratorOptional generator) {
    Tensor drawn = draw(random, shape, generator);
    return random.factor() == 1 ? drawn : drawn.mul_(new Scalar(random.factor()));
  }

  private static Tensor draw(Initializer.Random random, Shape shape, GeneratorOptional generator) {
    double layers = random.layers();
    double hidden = random.hiddenSize();
    double fans = (double) shape.size(0) + shape.size(1);
    return switch (random.method()) {
      case NORMAL -> normal(shape, random.std(), generator);
      case SCALED_NORMAL -> normal(shape, random.std() / Math.sqrt(2 * layers), generator);
      case SINGLE_RESIDUAL_SCALED_NORMAL ->
          normal(shape, random.std() / Math.sqrt(layers), generator);
      case SMALL_INIT -> normal(shape, Math.sqrt(2 / (5 * hidden)), generator); // 1910.05895 §2.2
      case WANG_INIT -> normal(shape, 2 / layers / Math.sqrt(hidden), generator);
      case XAVIER_NORMAL -> normal(shape, Math.sqrt(2 / fans), generator);
      case XAVIER_UNIFORM -> uniform(shape, Math.sqrt(6 / fans), generator);
      case SCALED_ORTHOGONAL -> orthogonal(shape, Math.sqrt(2 / layers), generator);
      // NeoX compat: that of one layer; there its arguments are shifted, and it always fails.
      case ORTHOGONAL -> orthogonal(shape, Math.sqrt(2), generator);
    };
  }

  private static Tensor uniform(Shape shape, double bound, GeneratorOptional generator) {
    return WHOLE.zeros(shape.sizes()).uniform_(-bound, bound, generator);
  }

  private static Tensor normal(Shape shape, double std, GeneratorOptional generator) {
    return WHOLE.zeros(shape.sizes()).normal_(0, std, generator);
  }

  /// Rows or columns, whichever are fewer, are orthogonal and of length `gain` (arXiv:1312.6120).
  private static Tensor orthogonal(Shape shape, double gain, GeneratorOptional generator) {
    boolean wide = shape.size(0) < shape.size(1);
    Tensor gaussian = normal(shape, 1, generator);
    T_TensorTensor_T qr = torch.linalg_qr(wide ? gaussian.t() : gaussian);
    Tensor q = qr.get0().mul(qr.get1().diagonal().sign()); // makes the distribution uniform
    return (wide ? q.t() : q).mul(new Scalar(gain));
  }
}
