package neox.train.optimizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.config.OptimizerConfig;
import neox.parallel.Ranks;
import neox.parallel.comm.Communicator;
import neox.tensor.Scope;
import neox.tensor.TensorSource;
import neox.weights.Shape;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.neox.StoredOptimizer;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// Changes weights by their gradients: a rule, applied to slices of parameters, with what it
/// remembers of each element.
///
/// Everything here is float32. Parameters of a narrower type have float32 masters, which is what
/// the rule changes; the working weights are rounded from them. Mutable; owns its tensors.
public final class Optimizer implements AutoCloseable {
  private final OptimizerConfig config;
  private final UpdateRule rule;
  private final Holdings holdings;
  private final List<SlicedState> states = new ArrayList<>();
  private long step;
  private Runnable beforeUpdate = () -> {};

  /// A fresh optimizer of all parameters that have gradients; masters are the weights of this
  /// moment. Close it before the gradients.
  ///
  /// @param gradients made for this configuration and stage
  /// @param zeroStage from 1 on, each data-parallel rank keeps the state of a part of the weights
  ///   alone, updates those, and gives them to the others (arXiv:1910.02054)
  public static Optimizer of(OptimizerConfig config, int zeroStage, GradientBuckets gradients) {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      return new Optimizer(config, zeroStage, gradients);
    }
  }

  /// How many float32 numbers a configuration has the optimizer remember of a parameter.
  ///
  /// @param piece the shape of what a rank holds of it
  public static long remembered(OptimizerConfig config, ParameterSpec spec, Shape piece) {
    UpdateRule rule = UpdateRule.of(config.rule()).averaging(config.ema());
    return rule.of(spec).slots(piece.rank()).stream()
        .mapToLong(slot ->
            switch (slot) {
              case Slot.Elements _, Slot.FirstWeights _ -> piece.count();
              case Slot.Indices indices -> piece.size(indices.dim());
            })
        .sum();
  }

  private Optimizer(OptimizerConfig config, int zeroStage, GradientBuckets gradients) {
    this.config = config;
    this.holdings = gradients.holdings();
    UpdateRule configured =
        gradients.onEveryLayout()
            ? UpdateRule.onEveryLayout(config.rule())
            : UpdateRule.of(config.rule(), holdings.ranks().tensor());
    this.rule = configured.averaging(config.ema());
    Communicator data = holdings.ranks().data();
    boolean cut = zeroStage > 0 && !data.isAlone();
    for (BucketGradients bucket : gradients.buckets()) {
      StateMemory memory = StateMemory.of(gradients.zero(), bucket.bucket().placement().device());
      states.add(
          cut
              ? SlicedState.part(bucket, data.rank(), rule, memory)
              : SlicedState.whole(bucket, rule, memory));
    }
  }

  /// Figures of what it changes and remembers.
  public ParameterFigures figures() {
    return new ParameterFigures(holdings, states, rule);
  }

  /// Takes a step at this learning rate. Where ranks share the work, all call this together, and
  /// the gradients are gone afterwards.
  public void step(double rate) {
    beforeUpdate.run();
    step++;
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      for (SlicedState state : states) {
        state.update(rate, config.weightDecay(), step);
        if (state.isPart()) {
          state.exchange(holdings.ranks().data());
        }
      }
    }
  }

  /// Writes the state into a checkpoint's directory. All ranks call this together; the first
  /// writes, and holds one parameter of the others at a time.
  public void save(Path directory) throws IOException {
    state(TensorSource.live(), holdings.ranks()).write(directory);
  }

  /// The state of this moment, to be written now or later: every counter that a checkpoint holds is
  /// read here, every tensor is read from `source` when it is written.
  ///
  /// @param ranks that will write it, which may be other groups of the same ranks
  public OptimizerState state(TensorSource source, Ranks ranks) {
    return new OptimizerState(new StateWriter(holdings.over(ranks), states, source), rule, step);
  }

  /// Every tensor of this rank that [#state] may ask its source for.
  public List<Tensor> savedTensors() {
    return states.stream().flatMap(state -> state.saved().stream()).toList();
  }

  /// Has something done before weights or state are changed by a step, in the thread that takes it.
  public void beforeUpdates(Runnable action) {
    beforeUpdate = action;
  }

  /// Continues from a saved state, on as many ranks and with as many slices as there are now;
  /// [neox.base.UserException] when it is another network's or another rule's.
  public void restore(Path directory) throws IOException {
    try (OptimizerStateFile file = OptimizerStateFile.open(directory)) {
      restore(directory, file, 1);
    }
  }

  /// Continues from what a checkpoint says of an optimizer.
  ///
  /// @param directory the checkpoint's, for messages
  /// @param gradientScale gradients from now on, as a multiple of those that it remembers
  public void restore(Path directory, StoredOptimizer stored, double gradientScale)
      throws IOException {
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      StateReader reader = new StateReader(directory, holdings, states);
      step = reader.read(stored, rule, gradientScale);
      reader.readAverages(rule);
    }
  }

  @Override
  public void close() {
    states.forEach(SlicedState::close);
  }
}
