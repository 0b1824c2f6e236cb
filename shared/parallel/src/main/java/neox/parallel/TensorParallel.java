package neox.parallel;

import java.util.List;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.CustomFunction;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// The two ends of a region in which each rank computes with its part of the weights: *f* and *g*
/// of arXiv:1909.08053 §3. A block says where the region begins and ends and knows nothing else.
///
/// Between two regions the ranks hold the same `[b, s, h]`, or each a slice of the sequence `[b,
/// s/slices, h]` (sequence parallelism, arXiv:2205.05198 §4.2.2). Whoever implements this holds to
/// what follows:
///
/// - all ranks call the same methods in the same order, in forward and backward;
/// - every tensor that goes in stays as it is, and what comes out is the caller's;
/// - inside a region every rank sees all positions; `leave` is linear, and `enter` its transpose:
///   each one's backward is what the other computes;
/// - the same ranks come to the same bits every time, and where they hold the same tensor, to the
///   same bits as each other;
/// - with one rank every method returns its argument.
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

  /// How many slices the sequence is cut into outside the regions, one for each rank; 1 where all
  /// ranks hold all of it.
  int slices();

  /// The same ranks where each holds the whole sequence outside the regions.
  default TensorParallel ofWholeSequences() {
    return this;
  }

  /// Into the region: what the ranks hold becomes `[b, s, h]` on each; gradients add up over the
  /// ranks.
  Tensor enter(Tensor x);

  /// Out of the region: the ranks' partial sums `[b, s, h]` become the whole, or each rank's slice
  /// of it.
  Tensor leave(Tensor x);

  /// The whole of the ranks' partial sums on every rank, all of which go on with it alike.
  Tensor total(Tensor x);

  /// What a rank holds outside the regions of a `[b, s, h]` that all ranks have.
  Tensor slice(Tensor x);

  /// The largest of the ranks' elements at each place, without a gradient: softmax over a
  /// vocabulary that the ranks share.
  Tensor max(Tensor x);

  /// The sum of the ranks' elements at each place, without a gradient.
  Tensor sum(Tensor x);

  /// The ranks' parts `[…, n]` side by side along the last dim, without a gradient: the same on all
  /// ranks.
  Tensor gather(Tensor part);

  /// How many shards every layer is cut into: one for each rank, or a fixed number that does not
  /// depend on the ranks.
  default int shards() {
    return size();
  }

  /// The shards of this rank, which follow each other.
  default int ownShards() {
    return shards() / size();
  }

  /// Whether layers are cut into the same shards whatever the number of ranks.
  default boolean hasFixedShards() {
    return false;
  }

  /// What a layer sees that computes with one of this rank's shards.
  ///
  /// @param own counted from 0 on this rank
  default TensorParallel shard(int own) {
    return this;
  }

  /// [#enter], once for each of this rank's shards.
  default List<Tensor> enterEach(Tensor x) {
    return List.of(enter(x));
  }

  /// [#leave] with what each of this rank's shards has come to.
  default Tensor leaveAll(List<Tensor> partials) {
    return leave(partials.getFirst());
  }

  /// [#max] of all shards.
  default Tensor maxAll(List<Tensor> parts) {
    return max(parts.getFirst());
  }

  /// [#sum] of all shards.
  default Tensor sumAll(List<Tensor> parts) {
    return sum(parts.getFirst());
  }

  /// [#gather] of all shards.
  default Tensor gatherAll(List<Tensor> parts) {
    return gather(parts.getFirst());
  }

  /// The region of the ranks of this group, whose layers are cut into this many shards: the same
  /// bits for every number of ranks that divides it.
  static TensorParallel ofShards(Communicator group, int shards) {
    return new VirtualShards(group, shards);
  }

  /// The region of the ranks of this group, which hold the same outside it.
  static TensorParallel of(Communicator group) {
    return group.isAlone() ? single() : new OverGroup(group);
  }

  /// The region of the ranks of this group, each of which holds a slice of the sequence outside it.
  static TensorParallel ofSlices(Communicator group) {
    return group.isAlone() ? single() : new OverSlices(group);
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
    public int slices() {
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
    public Tensor total(Tensor x) {
      return x;
    }

    @Override
    public Tensor slice(Tensor x) {
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

    @Override
    public Tensor gather(Tensor part) {
      return part;
    }
  }

  /// See [#of].
  record OverGroup(Communicator group) implements TensorParallel {
    private static final long FIRST_DIM = 0;
    private static final long LAST_DIM = -1;

    @Override
    public int rank() {
      return group.rank();
    }

    @Override
    public int size() {
      return group.size();
    }

    @Override
    public int slices() {
      return 1;
    }

    @Override
    public Tensor enter(Tensor x) {
      return Scope.run(() -> CustomFunction.apply(x.detach(), x, this::sum));
    }

    @Override
    public Tensor leave(Tensor x) {
      return total(x);
    }

    @Override
    public Tensor total(Tensor x) {
      return Scope.run(() -> CustomFunction.apply(sum(x), x, gradient -> gradient));
    }

    @Override
    public Tensor slice(Tensor x) {
      return x;
    }

    @Override
    public Tensor max(Tensor x) {
      return reduced(x, Reduction.MAX);
    }

    @Override
    public Tensor sum(Tensor x) {
      return reduced(x, Reduction.SUM);
    }

    @Override
    public Tensor gather(Tensor part) {
      return Scope.run(() -> {
        Tensor mine = part.detach().transpose(FIRST_DIM, LAST_DIM).contiguous();
        long[] sizes = mine.sizes().vec().get();
        sizes[0] *= group.size();
        Tensor all = mine.new_empty(sizes);
        group.allGather(all, mine);
        return all.transpose(FIRST_DIM, LAST_DIM).contiguous();
      });
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
