package neox.train.optimizer;

import java.util.List;
import neox.config.OptimizerRule;
import org.bytedeco.pytorch.TensorVector;

/// How gradients change weights. A rule has numbers, no state: what it remembers of each weight
/// lies in slots, which start as zeros.
///
/// Rules work element by element, so that it does not matter how parameters are cut into slices.
sealed interface UpdateRule permits AdamUpdate, LionUpdate, SgdUpdate {
  /// The rule's name in checkpoints and messages.
  String name();

  /// What is remembered of each weight, as checkpoints call it.
  List<String> slots();

  /// Changes weights and slots in place; call it inside a `NoGradGuard`.
  ///
  /// @param rate learning rate
  /// @param decay weight decay
  /// @param step steps taken, this one included
  void update(Operands operands, double rate, double decay, long step);

  /// What an update works on; the i-th tensors of all vectors belong together. All are float32.
  ///
  /// @param slots in the order of [UpdateRule#slots]
  record Operands(TensorVector weights, TensorVector gradients, List<TensorVector> slots) {
    int size() {
      return Math.toIntExact(weights.size());
    }
  }

  static UpdateRule of(OptimizerRule rule) {
    return switch (rule) {
      case OptimizerRule.Adam adam -> new AdamUpdate(adam);
      case OptimizerRule.Lion lion -> new LionUpdate(lion);
      case OptimizerRule.Sgd sgd -> new SgdUpdate(sgd.momentum());
    };
  }
}
