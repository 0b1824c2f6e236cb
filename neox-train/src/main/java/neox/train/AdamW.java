package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import neox.base.UserException;
import neox.config.OptimizerConfig;
import neox.model.Parameter;
import neox.tensor.ElementType;
import neox.tensor.FusedOps;
import neox.tensor.MappedTensors;
import neox.tensor.Scope;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.neox.OptimizerStateFile.Moments;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// AdamW (arXiv:1711.05101) with NeoX's two groups: matrices decay, norms and biases do not.
///
/// Moments are float32. Parameters of a narrower type have a float32 master copy, which is what the
/// step changes; the working weights are rounded from it. Mutable; owns its state tensors.
final class AdamW implements AutoCloseable {
  private static final String START_FRESH = "set no_load_optim to start with a fresh optimizer";

  private final OptimizerConfig config;
  private final Tensor steps;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Group> groups;

  /// The state of one parameter.
  ///
  /// @param master the weight that the step changes: the parameter itself when it is float32
  private record Entry(Parameter parameter, Tensor master, Tensor expAvg, Tensor expAvgSq) {
    String key() {
      return parameter.spec().key();
    }

    boolean hasMaster() {
      return ElementType.of(parameter.value()) != ScalarType.Float;
    }
  }

  /// Parameters that are updated in one call.
  private record Group(
      double weightDecay,
      TensorVector working,
      TensorVector masters,
      TensorVector gradients,
      TensorVector expAvgs,
      TensorVector expAvgSqs,
      TensorVector steps) {

    static Group empty(double weightDecay) {
      return new Group(weightDecay, vector(), vector(), vector(), vector(), vector(), vector());
    }

    private static TensorVector vector() {
      return Scope.keep(new TensorVector());
    }

    List<TensorVector> vectors() {
      return List.of(working, masters, gradients, expAvgs, expAvgSqs, steps);
    }
  }

  /// A fresh optimizer; master weights are the parameters' values at this moment.
  AdamW(List<Parameter> parameters, StepGradients gradients, OptimizerConfig config) {
    this.config = config;
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      steps = Scope.keep(torch.zeros(new long[0]));
      Group decaying = Group.empty(config.weightDecay());
      Group plain = Group.empty(0);
      for (int i = 0; i < parameters.size(); i++) {
        Parameter parameter = parameters.get(i);
        add(parameter.spec().decays() ? decaying : plain, parameter, gradients.sum(i));
      }
      groups = List.of(decaying, plain);
    }
  }

  private void add(Group group, Parameter parameter, Tensor gradient) {
    Tensor value = parameter.value().detach();
    Tensor master = value.to(ScalarType.Float);
    Entry entry =
        new Entry(
            parameter,
            Scope.keep(master),
            Scope.keep(torch.zeros_like(master)),
            Scope.keep(torch.zeros_like(master)));
    entries.add(entry);
    group.working().push_back(value);
    group.masters().push_back(master);
    group.gradients().push_back(gradient);
    group.expAvgs().push_back(entry.expAvg());
    group.expAvgSqs().push_back(entry.expAvgSq());
    group.steps().push_back(steps);
  }

  /// Changes every weight by its gradient, at this learning rate.
  void step(double rate) {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      FusedOps.add(new TensorVector(steps), 1);
      for (Group group : groups) {
        if (group.masters().size() > 0) {
          step(group, rate);
        }
      }
    }
  }

  private void step(Group group, double rate) {
    FusedOps.adamW(
        group.masters(),
        group.gradients(),
        group.expAvgs(),
        group.expAvgSqs(),
        group.steps(),
        rate,
        config.beta1(),
        config.beta2(),
        group.weightDecay(),
        config.epsilon());
    FusedOps.copy(group.working(), group.masters());
  }

  /// Writes the state into a checkpoint's directory, straight from its memory.
  void save(Path directory) throws IOException {
    List<Moments> moments = new ArrayList<>();
    for (Entry entry : entries) {
      moments.add(
          new Moments(
              entry.key(),
              view(entry.expAvg()),
              view(entry.expAvgSq()),
              entry.hasMaster() ? Optional.of(view(entry.master())) : Optional.empty()));
    }
    OptimizerStateFile.write(directory, (long) steps.item_float(), moments);
  }

  /// Continues from a saved state; [UserException] when it is another network's.
  void restore(Path directory) throws IOException {
    try (OptimizerStateFile file = OptimizerStateFile.open(directory);
        var _ = Scope.open();
        var _ = new NoGradGuard()) {
      requireSameParameters(directory, file);
      for (Entry entry : entries) {
        Moments moments = file.moments(entry.key());
        copy(directory, entry.key(), moments.expAvg(), entry.expAvg());
        copy(directory, entry.key(), moments.expAvgSq(), entry.expAvgSq());
        moments.master().ifPresent(master -> copy(directory, entry.key(), master, entry.master()));
      }
      steps.fill_(new Scalar((double) file.step()));
    }
  }

  private void requireSameParameters(Path directory, OptimizerStateFile file) {
    Set<String> keys = entries.stream().map(Entry::key).collect(Collectors.toSet());
    if (!file.keys().equals(keys)) {
      throw UserException.of(
          "%s: holds the optimizer state of another network (%d parameters, expected %d); %s",
          directory, file.keys().size(), keys.size(), START_FRESH);
    }
    for (Entry entry : entries) {
      if (file.moments(entry.key()).master().isPresent() != entry.hasMaster()) {
        throw UserException.of(
            "%s: holds the optimizer state of training in another precision; use that precision,"
                + " or: %s",
            directory, START_FRESH);
      }
    }
  }

  private static void copy(Path directory, String key, TensorView source, Tensor target) {
    Shape expected = shape(target);
    if (!source.shape().equals(expected) || source.dtype() != DType.FLOAT32) {
      throw UserException.of(
          "%s: the optimizer state of %s is %s %s, expected %s %s; %s",
          directory, key, source.dtype(), source.shape(), DType.FLOAT32, expected, START_FRESH);
    }
    target.copy_(MappedTensors.of(source.bytes(), ScalarType.Float, expected.sizes()));
  }

  private static TensorView view(Tensor tensor) {
    return new TensorView(DType.FLOAT32, shape(tensor), MappedTensors.bytes(tensor));
  }

  private static Shape shape(Tensor tensor) {
    long[] sizes = new long[Math.toIntExact(tensor.dim())];
    for (int dim = 0; dim < sizes.length; dim++) {
      sizes[dim] = tensor.size(dim);
    }
    return Shape.of(sizes);
  }

  @Override
  public void close() {
    for (Entry entry : entries) {
      Scope.release(entry.master());
      Scope.release(entry.expAvg());
      Scope.release(entry.expAvgSq());
    }
    groups.forEach(group -> group.vectors().forEach(Scope::release));
    Scope.release(steps);
  }
}
