package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import neox.config.model.DropoutConfig;
import neox.tensor.CustomFunction;
import neox.tensor.Device;
import neox.tensor.Gradients;
import neox.tensor.Placement;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.AutoGradMode;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.GradMode;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/// Forgets what happens between some inputs and an output, and computes it again when the backward
/// pass needs it: less memory for more work (arXiv:1604.06174). The bits stay the same.
///
/// @param drawsOn whose random numbers the computation draws: the second time it draws the same
record Recomputation(Optional<Device> drawsOn) {
  static Recomputation of(Placement placement, NetworkSpec network) {
    DropoutConfig dropout = network.config().dropout();
    boolean draws =
        dropout.hidden() > 0
            || dropout.attention() > 0
            || network.adapters().values().stream().anyMatch(each -> each.dropout() > 0);
    return new Recomputation(draws ? Optional.of(placement.device()) : Optional.empty());
  }

  /// What is computed twice. It uses no tensor but its arguments and parameters: others may be
  /// freed when it runs again.
  @FunctionalInterface
  interface Body {
    /// Computes it.
    ///
    /// @param inputs which may have gradients
    /// @param constants which have none
    Tensor of(List<Tensor> inputs, List<Tensor> constants);
  }

  /// What the body says. Parameters get their gradients as always.
  ///
  /// @param noise what dropout draws from in the body
  Tensor apply(Noise noise, List<Tensor> inputs, List<Tensor> constants, Body body) {
    return switch (noise) {
      case Noise.OfProcess _ -> apply(inputs, constants, body);
      case Noise.Seeded _ -> new Recomputation(Optional.empty()).apply(inputs, constants, body);
    };
  }

  private Tensor apply(List<Tensor> inputs, List<Tensor> constants, Body body) {
    if (!GradMode.is_enabled()) {
      return body.of(inputs, constants);
    }
    List<Tensor> given = withOneToDifferentiate(inputs);
    List<Boolean> differentiable = given.stream().map(Tensor::requires_grad).toList();
    List<Tensor> saved = new ArrayList<>();
    given.forEach(input -> saved.add(input.detach()));
    constants.forEach(constant -> saved.add(constant.detach()));
    drawsOn.map(RandomState::of).ifPresent(saved::add);
    Tensor value;
    try (var _ = new NoGradGuard()) {
      value = Scope.run(() -> body.of(given, constants));
    }
    return CustomFunction.apply(
        value, given, saved, (gradient, kept) -> again(body, differentiable, gradient, kept));
  }

  /// Parameters inside may need gradients where no input does; the graph needs an input that does.
  private static List<Tensor> withOneToDifferentiate(List<Tensor> inputs) {
    if (inputs.stream().anyMatch(Tensor::requires_grad)) {
      return inputs;
    }
    List<Tensor> given = new ArrayList<>(inputs);
    given.set(0, given.getFirst().detach().set_requires_grad(true));
    return given;
  }

  /// @param kept the inputs, then the constants, then the random state
  private List<Optional<Tensor>> again(
      Body body, List<Boolean> differentiable, Tensor gradient, List<Tensor> kept) {
    int inputs = differentiable.size();
    List<Tensor> constants = kept.subList(inputs, kept.size() - (drawsOn.isPresent() ? 1 : 0));
    try (var _ = new AutoGradMode(true)) {
      List<Tensor> leaves =
          IntStream.range(0, inputs)
              .mapToObj(i -> kept.get(i).detach().set_requires_grad(differentiable.get(i)))
              .toList();
      Tensor value = drawing(kept.getLast(), () -> body.of(leaves, constants));
      value.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
      return leaves.stream().map(Gradients::of).toList();
    }
  }

  /// @param before the random state to compute with, if it matters; it ends as it was
  private Tensor drawing(Tensor before, Supplier<Tensor> body) {
    if (drawsOn.isEmpty()) {
      return Scope.run(body);
    }
    Tensor now = RandomState.of(drawsOn.get());
    RandomState.resume(drawsOn.get(), before);
    try {
      return Scope.run(body);
    } finally {
      RandomState.resume(drawsOn.get(), now);
    }
  }
}
