package neox.parallel;

import org.bytedeco.pytorch.Tensor;

/// The two ends of a region in which each rank computes with its part of the weights: *f* and *g*
/// of arXiv:1909.08053 §3. A block says where the region begins and ends and knows nothing else.
public interface TensorParallel {
  int rank();

  int size();

  /// Into the region: the same `[b, s, h]` on every rank; gradients add up over the ranks.
  Tensor enter(Tensor x);

  /// Out of the region: the ranks' partial sums `[b, s, h]` become the whole.
  Tensor leave(Tensor x);

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
  }
}
