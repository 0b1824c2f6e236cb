package neox.train.optimizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.config.OptimizerRule;
import neox.parallel.comm.Communicator;
import neox.tensor.Scope;
import neox.weights.Shape;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/// SM3-II (arXiv:1901.11150 alg. 2): of a matrix, one number for each row and one for each column
/// are remembered in place of one for each weight. Weights do not decay, whatever the configuration
/// says: NeoX compat.
///
///     ν = β·min(row, column) + (1-β)·g²      with 1 in place of β when that is 0
///     row = max over columns of ν, column = max over rows; with β > 0 never less than before
///     u = g / √(ν + eps)
///     b = μb + (1-μ)u;  p = p - lr · b       without momentum b = u
///
/// @param tensor the ranks that share the parameters
record Sm3Update(OptimizerRule.Sm3 sm3, Communicator tensor) implements UpdateRule {
  private static final String ACCUMULATOR = "accumulator_";

  @Override
  public String name() {
    return hasMomentum() ? "SM3" : "SM3 without momentum";
  }

  private boolean hasMomentum() {
    return sm3.momentum() != 0;
  }

  @Override
  public List<Slot> slots(int dims) {
    List<Slot> slots = new ArrayList<>();
    if (hasMomentum()) {
      slots.add(new Slot.Elements("momentum_buffer", 0));
    }
    for (int dim = 0; dim < dims; dim++) {
      slots.add(new Slot.Indices(ACCUMULATOR + dim, dim));
    }
    return slots;
  }

  @Override
  public void update(Operands on, double rate, double decay, long step) {
    for (int i = 0; i < on.size(); i++) {
      Shape shape = on.pieces().shape(i);
      try (var _ = Scope.open()) {
        Tensor g = on.gradients().get(i).view(shape.sizes());
        Tensor direction =
            direction(g, accumulators(on.slots(), i, shape), on.pieces(), i).view(-1);
        if (hasMomentum()) {
          Tensor b = on.slots().get(0).get(i);
          b.mul_(new Scalar(sm3.momentum())).add_(direction, new Scalar(1 - sm3.momentum()));
          direction = b;
        }
        on.weights().get(i).add_(direction, new Scalar(-rate));
      }
    }
  }

  /// One for each dim, along it: `[1, …, size, …, 1]`.
  private List<Tensor> accumulators(List<TensorVector> slots, int i, Shape shape) {
    List<Tensor> accumulators = new ArrayList<>();
    int first = hasMomentum() ? 1 : 0;
    for (int dim = 0; dim < shape.rank(); dim++) {
      long[] along = new long[shape.rank()];
      Arrays.fill(along, 1);
      along[dim] = shape.size(dim);
      accumulators.add(slots.get(first + dim).get(i).view(along));
    }
    return accumulators;
  }

  /// The step before momentum, of the gradient's shape; changes the accumulators, which are those
  /// of the whole parameter where tensor-parallel ranks share it.
  private Tensor direction(Tensor g, List<Tensor> accumulators, Pieces pieces, int i) {
    Tensor least = accumulators.getFirst();
    for (Tensor accumulator : accumulators.subList(1, accumulators.size())) {
      least = least.min(accumulator);
    }
    double kept = sm3.beta() > 0 ? sm3.beta() : 1;
    Tensor estimate = g.mul(g).mul_(new Scalar(1 - sm3.beta())).add_(least, new Scalar(kept));
    for (int dim = 0; dim < accumulators.size(); dim++) {
      Tensor accumulator = accumulators.get(dim);
      Tensor largest = largest(estimate, dim);
      pieces.max(i, dim, largest, tensor);
      accumulator.copy_(sm3.beta() > 0 ? accumulator.max(largest) : largest);
    }
    return estimate.add_(new Scalar(sm3.epsilon())).rsqrt_().mul_(g);
  }

  /// The maximum over all dims but one, which stay with size 1.
  private static Tensor largest(Tensor estimate, int kept) {
    Tensor largest = estimate;
    for (int dim = 0; dim < estimate.dim(); dim++) {
      if (dim != kept) {
        largest = largest.amax(new long[] {dim}, true);
      }
    }
    return largest;
  }
}
