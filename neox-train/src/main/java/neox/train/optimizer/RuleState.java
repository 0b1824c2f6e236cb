package neox.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.weights.Shape;
import neox.weights.neox.OptimizerStateFile;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What one rule remembers of slices of which it remembers the same. The i-th tensors of all
/// vectors belong together.
final class RuleState implements AutoCloseable {
  private final UpdateRule rule;
  private final List<Slot> kept;
  private final List<Slice> slices = new ArrayList<>();
  private final List<Shape> shapes = new ArrayList<>();
  private final TensorVector masters = Scope.keep(new TensorVector());
  private final TensorVector gradients = Scope.keep(new TensorVector());
  private final List<TensorVector> slots = new ArrayList<>();

  RuleState(UpdateRule rule, List<Slot> kept) {
    this.rule = rule;
    this.kept = List.copyOf(kept);
    kept.forEach(_ -> slots.add(Scope.keep(new TensorVector())));
  }

  boolean isOf(UpdateRule other, List<Slot> otherSlots) {
    return rule.equals(other) && kept.equals(otherSlots);
  }

  /// Takes a slice over, with what is remembered before the first step.
  ///
  /// @param master its weights in float32: `[count]`
  /// @param gradient `[count]`
  void add(Slice slice, Shape shape, Tensor master, Tensor gradient) {
    slices.add(slice);
    shapes.add(shape);
    masters.push_back(master);
    gradients.push_back(gradient);
    for (int i = 0; i < kept.size(); i++) {
      slots.get(i).push_back(first(kept.get(i), shape, master));
    }
  }

  private static Tensor first(Slot slot, Shape shape, Tensor master) {
    return switch (slot) {
      case Slot.Elements _ -> torch.zeros_like(master);
      case Slot.FirstWeights _ -> master.clone();
      case Slot.Indices indices ->
          Placement.of(master).as(ScalarType.Float).zeros(shape.size(indices.dim()));
    };
  }

  void update(double rate, double decay, long step) {
    List<Share> shares = slices.stream().map(slice -> slice.spec().share()).toList();
    Pieces pieces = new Pieces(shapes, shares);
    rule.update(new UpdateRule.Operands(pieces, masters, gradients, slots), rate, decay, step);
  }

  /// A slot (or the master) of a parameter, if a slice of it is here: a view.
  Optional<Tensor> find(String key, String slot) {
    boolean has =
        slot.equals(OptimizerStateFile.MASTER)
            || kept.stream().anyMatch(each -> each.name().equals(slot));
    for (int i = 0; i < slices.size() && has; i++) {
      if (slices.get(i).key().equals(key)) {
        return Optional.of(tensor(i, slot));
      }
    }
    return Optional.empty();
  }

  /// The slots of all slices.
  List<Tensor> slots() {
    List<Tensor> tensors = new ArrayList<>();
    for (TensorVector slot : slots) {
      for (int i = 0; i < slices.size(); i++) {
        tensors.add(slot.get(i));
      }
    }
    return tensors;
  }

  private Tensor tensor(int slice, String slot) {
    if (slot.equals(OptimizerStateFile.MASTER)) {
      return masters.get(slice);
    }
    for (int i = 0; i < kept.size(); i++) {
      if (kept.get(i).name().equals(slot)) {
        return slots.get(i).get(slice);
      }
    }
    throw new IllegalStateException(rule.name() + " has no slot " + slot);
  }

  @Override
  public void close() {
    slots.forEach(Scope::release);
    List.of(masters, gradients).forEach(Scope::release);
  }
}
