package neox.train.optimizer;

import java.util.List;
import java.util.Optional;
import neox.config.EmaConfig;
import neox.config.OptimizerRule;
import neox.parallel.comm.Communicator;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.TensorVector;

/// How gradients change weights. A rule has numbers, no state: what it remembers of each parameter
/// lies in slots.
///
/// Most rules work element by element, so that it does not matter how parameters are cut into
/// slices; those that [OptimizerRule#seesMatrices] get whole parameters.
sealed interface UpdateRule
    permits AdamUpdate, LionUpdate, SgdUpdate, Sm3Update, MadgradUpdate, MuonUpdate, EmaUpdate {
  /// The rule's name in checkpoints and messages; rules that remember other things have other
  /// names.
  String name();

  /// What is remembered of a parameter with so many dims.
  List<Slot> slots(int dims);

  /// The rule that changes this parameter in place of this one.
  default UpdateRule of(ParameterSpec spec) {
    return this;
  }

  /// Changes weights and slots in place; call it inside a `NoGradGuard`.
  ///
  /// @param rate learning rate
  /// @param decay weight decay
  /// @param step steps taken, this one included
  void update(Operands operands, double rate, double decay, long step);

  /// What an update works on; the i-th tensors of all vectors belong together. All are float32.
  ///
  /// @param pieces of parameters that the slices belong to
  /// @param weights of each slice `[count]`, as the gradients are
  /// @param slots of each slice, in the order of [UpdateRule#slots]
  record Operands(
      Pieces pieces, TensorVector weights, TensorVector gradients, List<TensorVector> slots) {
    int size() {
      return Math.toIntExact(weights.size());
    }
  }

  /// The same rule, and the average of the weights that a configuration asks for.
  default UpdateRule averaging(Optional<EmaConfig> ema) {
    return ema.isEmpty() ? this : new EmaUpdate(this, ema.get());
  }

  /// The rule that comes to the same bits however parameters are cut.
  static UpdateRule onEveryLayout(OptimizerRule rule) {
    return switch (rule) {
      case OptimizerRule.Adam adam -> new AdamUpdate(adam, true);
      case OptimizerRule.Lion _,
          OptimizerRule.Sgd _,
          OptimizerRule.Sm3 _,
          OptimizerRule.Madgrad _,
          OptimizerRule.Muon _ ->
          throw new IllegalStateException("not built for every layout: " + rule);
    };
  }

  /// The rule of one rank, or of ranks that do not share parameters.
  static UpdateRule of(OptimizerRule rule) {
    return of(rule, Communicator.alone());
  }

  /// The rule of ranks that share parameters.
  ///
  /// @param tensor those ranks
  static UpdateRule of(OptimizerRule rule, Communicator tensor) {
    return switch (rule) {
      case OptimizerRule.Adam adam -> new AdamUpdate(adam, false);
      case OptimizerRule.Lion lion -> new LionUpdate(lion);
      case OptimizerRule.Sgd sgd -> new SgdUpdate(sgd.momentum());
      case OptimizerRule.Sm3 sm3 -> new Sm3Update(sm3, tensor);
      case OptimizerRule.Madgrad madgrad -> new MadgradUpdate(madgrad);
      case OptimizerRule.Muon muon -> new MuonUpdate(muon, tensor);
    };
  }
}
