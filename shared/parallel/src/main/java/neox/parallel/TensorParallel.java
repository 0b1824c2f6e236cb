package neox.parallel;

import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.CustomFunction;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// The two ends of a region in which each rank computes with its part of the weights: *f* and *g*
/// of arXiv:1909.08053 §3. A block says where the region begins and ends and knows nothing else.
///
/// Every tensor that goes in stays as it is. With one rank every method returns its argument.
public interface TensorParallel {
  int rank();

  int size();

  /// Whether there is no other rank, so that this one holds everything.
  default boolean isAlone() {
    return size() == 1;
  }

  /// Whether this rank adds what a sum over the ranks must hold once.
  default boolean isFirst() {
    return rank() == 0;
  }

  /// Into the region: the same `[b, s, h]` on every rank; gradients add up over the ranks.
  Tensor enter(Tensor x);

  /// Out of the region: the ranks' partial sums `[b, s, h]` become the whole.
  Tensor leave(Tensor x);

  /// The largest of the ranks' elements at each place, without a gradient: softmax over a
  /// vocabulary that the ranks share.
  Tensor max(Tensor x);

  /// The sum of the ranks' elements at each place, without a gradient.
  Tensor sum(Tensor x);

  /// The region of the ranks of this group.
  static TensorParallel of(Communicator group) {
    return group.size() == Communicator.alone().size() ? single() : new OverGroup(group);
  }

  /// One rank, which holds everything: both ends are the identity.
  static TensorParallel single() {
    return new Single();
  }

  /// See [#single].
  record Single() implements TensorParallel {
    @Override
    public int rank() {
      return 0;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public Tensor enter(Tensor x) {
      return x;
    }

    @Override
    public Tensor leave(Tensor x) {
      return x;
    }

    @Override
    public Tensor max(Tensor x) {
      return x;
    }

    @Override
    public Tensor sum(Tensor x) {
      return x;
    }
  }

  /// See [#of].
  record OverGroup(Communicator group) implements TensorParallel {
    @Override
    public int rank() {
      return group.rank();
    }

    @Override
    public int size() {
      return group.size();
    }

    @Override
    public Tensor enter(Tensor x) {
      return Scope.run(() -> CustomFunction.apply(x.detach(), x, this::sum));
    }

    @Override
    public Tensor leave(Tensor x) {
      return Scope.run(() -> CustomFunction.apply(sum(x), x, gradient -> gradient));
    }

    @Override
    public Tensor max(Tensor x) {
      return reduced(x, Reduction.MAX);
    }

    @Override
    public Tensor sum(Tensor x) {
      return reduced(x, Reduction.SUM);
    }

    /// Reduces a copy: autograd may have saved `x`, and others may read the gradient.
    private Tensor reduced(Tensor x, Reduction reduction) {
      return Scope.run(() -> {
        Tensor result = x.detach().clone();
        group.allReduce(result, reduction);
        return result;
      });
    }
  }
}
