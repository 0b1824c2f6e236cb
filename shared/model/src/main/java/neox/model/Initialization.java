package neox.model;

import neox.base.UserException;
import neox.tensor.Scope;
import neox.weights.Initializer;
import neox.weights.Shape;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// The first values of parameters, by NeoX's methods.
///
/// Each parameter draws from a generator of its own, seeded by the run's seed and its place in the
/// table, always as a whole and in float32: the values depend neither on how the network is split
/// nor on its precision. (NeoX's own depend on both, so a seed cannot give NeoX's values.)
final class Initialization {
  private final long seed;

  Initialization(long seed) {
    this.seed = seed;
  }

  void fill(Parameter parameter, int place) {
    try (NoGradGuard _ = new NoGradGuard();
        var _ = Scope.open()) {
      Tensor value = parameter.value();
      switch (parameter.spec().initializer()) {
        case Initializer.Constant(double constant) -> value.fill_(new Scalar(constant));
        case Initializer.Random random ->
            value.copy_(draw(random, parameter.spec().shape(), generator(place)));
      }
    }
  }

  private GeneratorOptional generator(int place) {
    return new GeneratorOptional(torch.make_generator_cpu(mix(seed + 0x9E3779B97F4A7C15L * place)));
  }

  /// The finalizer of SplitMix64: neighbouring seeds give unrelated generators.
  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
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
      case XAVIER_UNIFORM -> {
        double bound = Math.sqrt(6 / fans);
        yield torch.zeros(shape.sizes()).uniform_(-bound, bound, generator);
      }
      case SCALED_ORTHOGONAL -> orthogonal(shape, Math.sqrt(2 / layers), generator);
      case ORTHOGONAL ->
          throw new UserException(
              "init method orthogonal is not supported (it always fails in GPT-NeoX, too);"
                  + " use scaled_orthogonal");
    };
  }

  private static Tensor normal(Shape shape, double std, GeneratorOptional generator) {
    return torch.zeros(shape.sizes()).normal_(0, std, generator);
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
