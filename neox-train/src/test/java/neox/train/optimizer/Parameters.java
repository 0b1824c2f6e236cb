package neox.train.optimizer;

import java.util.List;
import java.util.Random;
import neox.model.Parameter;
import neox.tensor.TensorData;
import neox.weights.Shape;
import neox.weights.spec.Group;
import neox.weights.spec.Home;
import neox.weights.spec.Initializer;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Parameters without a network; they belong to the innermost scope.
final class Parameters {
  static ParameterSpec spec(String name, Group group, long... shape) {
    return spec(name, group, Share.SAME, shape);
  }

  static ParameterSpec spec(String name, Group group, Share share, long... shape) {
    return new ParameterSpec(
        List.of(new Home(0, name)),
        Shape.of(shape),
        new Initializer.Constant(0),
        share,
        group,
        true);
  }

  static Parameter of(ParameterSpec spec, ScalarType type, float... values) {
    Tensor value = TensorData.ofFloats(values, spec.shape().sizes()).to(type);
    return new Parameter(spec, value.set_requires_grad(true));
  }

  /// The same values for the same seed.
  static Parameter random(ParameterSpec spec, ScalarType type, long seed) {
    return of(spec, type, noise(spec.shape().count(), seed));
  }

  static float[] noise(long count, long seed) {
    Random random = new Random(seed);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  static void set(Tensor target, float... values) {
    try (var _ = new NoGradGuard()) {
      target.view(-1).copy_(TensorData.ofFloats(values, values.length));
    }
  }

  /// Leaves this gradient, as a backward pass of the sum of `weight · gradient` would.
  static void backward(Parameter parameter, float... gradient) {
    Tensor factors = TensorData.ofFloats(gradient, gradient.length).view_as(parameter.value());
    parameter.value().mul(factors.to(parameter.value().scalar_type())).sum().backward();
  }

  private Parameters() {}
}
