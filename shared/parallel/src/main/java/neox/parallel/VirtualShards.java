package neox.parallel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import neox.parallel.SumTree.Node;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.CustomFunction;
import neox.tensor.ElementType;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Layers that are always cut into the same number of shards, of which each rank has as many as
/// every other: it computes with them one by one, in matrices of one shape, and what they come to
/// is added in float32 along one [SumTree]. The bits are those of as many ranks as there are
/// shards, however few there really are (docs/decisions/0025-same-bits.md).
///
/// Shapes: S shards of this rank.
record VirtualShards(Communicator group, int shards, SumTree tree) implements TensorParallel {
  private static final long LAST_DIM = -1;

  VirtualShards(Communicator group, int shards) {
    this(group, shards, SumTree.ofRuns(shards, group.size()));
  }

  /// What a layer is told that computes with one shard alone.
  record Shard(int rank, int size) implements TensorParallel {
    @Override
    public int slices() {
      return 1;
    }

    @Override
    public Tensor enter(Tensor x) {
      throw alone();
    }

    @Override
    public Tensor leave(Tensor x) {
      throw alone();
    }

    @Override
    public Tensor total(Tensor x) {
      throw alone();
    }

    @Override
    public Tensor slice(Tensor x) {
      throw alone();
    }

    @Override
    public Tensor max(Tensor x) {
      throw alone();
    }

    @Override
    public Tensor sum(Tensor x) {
      throw alone();
    }

    @Override
    public Tensor gather(Tensor part) {
      throw alone();
    }

    private static IllegalStateException alone() {
      return new IllegalStateException("a shard does not talk to others: its rank does");
    }
  }

  @Override
  public int rank() {
    return group.rank();
  }

  @Override
  public int size() {
    return group.size();
  }

  /// A rank that has all shards computes as others do.
  @Override
  public boolean isAlone() {
    return false;
  }

  @Override
  public boolean hasFixedShards() {
    return true;
  }

  @Override
  public TensorParallel shard(int own) {
    return new Shard(rank() * ownShards() + own, shards);
  }

  @Override
  public int slices() {
    return 1;
  }

  @Override
  public Tensor slice(Tensor x) {
    return x;
  }

  /// Each shard's view of x. Its gradients are added along the tree.
  @Override
  public List<Tensor> enterEach(Tensor x) {
    Tensor each = // [S, b, s, h], of one memory
        CustomFunction.apply(
            x.detach().unsqueeze(0).expand(sizes(x)), x, gradients -> along(list(gradients)));
    return list(each);
  }

  private long[] sizes(Tensor x) {
    long[] sizes = new long[Math.toIntExact(x.dim() + 1)];
    sizes[0] = ownShards();
    for (int dim = 1; dim < sizes.length; dim++) {
      sizes[dim] = x.size(dim - 1);
    }
    return sizes;
  }

  private static List<Tensor> list(Tensor stacked) {
    TensorVector each = torch.unbind(stacked, 0);
    return IntStream.range(0, Math.toIntExact(each.size())).mapToObj(each::get).toList();
  }

  @Override
  public Tensor leaveAll(List<Tensor> partials) {
    Tensor sum = sumAll(partials);
    return CustomFunction.apply(
        sum,
        partials,
        List.of(),
        (gradient, _) -> partials.stream().map(_ -> Optional.of(gradient)).toList());
  }

  @Override
  public Tensor sumAll(List<Tensor> parts) {
    return Scope.run(() -> along(parts.stream().map(Tensor::detach).toList()));
  }

  @Override
  public Tensor maxAll(List<Tensor> parts) {
    return Scope.run(() -> {
      Tensor largest = parts.getFirst().detach().clone();
      for (Tensor part : parts.subList(1, parts.size())) {
        torch.maximum_out(largest, largest, part.detach());
      }
      group.allReduce(largest, Reduction.MAX);
      return largest;
    });
  }

  @Override
  public Tensor gatherAll(List<Tensor> parts) {
    Tensor own = torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), LAST_DIM);
    return TensorParallel.of(group).gather(own);
  }

  /// The sum of all ranks' shards, in the type of the terms.
  ///
  /// @param mine one term for each shard of this rank
  private Tensor along(List<Tensor> mine) {
    ScalarType type = ElementType.of(mine.getFirst());
    Map<Node, Tensor> known = new HashMap<>();
    List<Node> leaves = tree.leavesOf(rank());
    for (int i = 0; i < mine.size(); i++) {
      known.put(leaves.get(i), wide(mine.get(i)));
    }
    Map<Node, Tensor> everywhere = group.isAlone() ? known : gathered(known);
    return tree.sum(everywhere).to(type);
  }

  private static Tensor wide(Tensor x) {
    return ElementType.of(x) == ScalarType.Double ? x : x.to(ScalarType.Float);
  }

  /// What each rank's terms come to where they lie together in the tree.
  private Map<Node, Tensor> gathered(Map<Node, Tensor> known) {
    int most = tree.mostHeld(size());
    List<Tensor> sums = new ArrayList<>();
    tree.held(rank())
        .forEach(node -> sums.add(tree.sum(node, each -> Optional.ofNullable(known.get(each)))));
    while (sums.size() < most) {
      sums.add(torch.zeros_like(sums.getFirst()));
    }
    Tensor part = torch.stack(new TensorVector(sums.toArray(Tensor[]::new)));
    List<Tensor> copies = new ArrayList<>();
    for (int rank = 0; rank < size(); rank++) {
      copies.add(part);
    }
    Tensor all = torch.cat(new TensorVector(copies.toArray(Tensor[]::new)), 0);
    group.allGather(all, part);
    Map<Node, Tensor> everywhere = new HashMap<>();
    for (int rank = 0; rank < size(); rank++) {
      List<Node> held = tree.held(rank);
      for (int i = 0; i < held.size(); i++) {
        everywhere.put(held.get(i), all.select(0, (long) rank * most + i));
      }
    }
    return everywhere;
  }

  /// A sum in which one term at most is not zero, so that its order does not matter. One rank adds
  /// a zero as well: it makes a negative zero positive.
  @Override
  public Tensor total(Tensor x) {
    return Scope.run(() -> {
      Tensor sum = x.detach().add(new Scalar(0));
      group.allReduce(sum, Reduction.SUM);
      return CustomFunction.apply(sum, x, gradient -> gradient);
    });
  }

  @Override
  public Tensor enter(Tensor x) {
    throw oneByOne();
  }

  @Override
  public Tensor leave(Tensor x) {
    throw oneByOne();
  }

  @Override
  public Tensor max(Tensor x) {
    throw oneByOne();
  }

  @Override
  public Tensor sum(Tensor x) {
    throw oneByOne();
  }

  @Override
  public Tensor gather(Tensor part) {
    throw oneByOne();
  }

  private static IllegalStateException oneByOne() {
    return new IllegalStateException("shards enter and leave a region one by one");
  }
}
