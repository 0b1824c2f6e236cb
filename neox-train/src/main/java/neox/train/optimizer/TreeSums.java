package neox.train.optimizer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import neox.parallel.SumTree;
import neox.parallel.SumTree.Node;
import neox.parallel.comm.Communicator;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// The sum of flat gradients over the micro-batches of all replicas in the order of a [SumTree], in
/// float32: the same bits however the micro-batches are shared.
///
/// Holds a further sum for each level of the tree that is open at a time: none for one micro-batch
/// on this rank, about log₂ of their number otherwise.
final class TreeSums implements AutoCloseable {
  /// Elements that are gathered from all ranks at once: 4 MiB of each.
  private static final long GATHERED_AT_ONCE = 1L << 20;

  private final Tensor arriving; // [length]
  private final Tensor sums; // [length], float32
  private final Deque<Tensor> idle = new ArrayDeque<>();
  private final List<Open> open = new ArrayList<>();
  private final Owned owned = new Owned(new ArrayList<>());
  private SumTree tree = SumTree.ofTurns(1, 1);
  private Map<Node, Node> siblings = Map.of();
  private Iterator<Node> leaves = List.<Node>of().iterator();

  /// A sum that waits for the one beside it.
  private record Open(Node node, Tensor sum) {}

  private record Owned(List<Tensor> buffers) {}

  /// @param arriving what each micro-batch adds to, `[length]`
  /// @param sums where the sum is to be, `[length]` float32
  TreeSums(Tensor arriving, Tensor sums) {
    this.arriving = arriving;
    this.sums = sums;
  }

  /// Starts the next sum.
  ///
  /// @param rank whose micro-batches arrive here
  void begin(SumTree of, int rank) {
    tree = of;
    siblings = of.siblings();
    leaves = of.leavesOf(rank).iterator();
    open.clear();
    idle.clear();
    idle.addAll(owned.buffers);
    idle.addFirst(sums);
  }

  /// Takes over what has arrived of the next micro-batch, in the order of [SumTree#termsOf].
  void add() {
    Node node = leaves.next();
    if (isRightOfLast(node)) {
      Open last = open.removeLast();
      last.sum.add_(arriving);
      open.add(new Open(together(last.node, node), last.sum));
    } else {
      Tensor buffer = idle.isEmpty() ? another() : idle.removeFirst();
      buffer.copy_(arriving);
      open.add(new Open(node, buffer));
    }
    arriving.zero_();
    while (open.size() > 1 && isRight(open.get(open.size() - 2).node, open.getLast().node)) {
      Open right = open.removeLast();
      Open left = open.removeLast();
      left.sum.add_(right.sum);
      idle.addFirst(right.sum);
      open.add(new Open(together(left.node, right.node), left.sum));
    }
  }

  private boolean isRightOfLast(Node node) {
    return !open.isEmpty() && isRight(open.getLast().node, node);
  }

  private boolean isRight(Node left, Node right) {
    return left.equals(siblings.get(right));
  }

  private static Node together(Node left, Node right) {
    return new Node(left.from(), right.to());
  }

  private Tensor another() {
    Tensor buffer = Scope.keep(torch.zeros_like(sums));
    owned.buffers.add(buffer);
    return buffer;
  }

  /// Makes `sums` the sum over all ranks. All of them call this together.
  void reduce(Communicator data) {
    if (!data.isAlone()) {
      long length = sums.numel();
      for (long from = 0; from < length; from += GATHERED_AT_ONCE) {
        try (var _ = Scope.open()) {
          reduce(data, from, Math.min(GATHERED_AT_ONCE, length - from));
        }
      }
    }
  }

  private void reduce(Communicator data, long from, long count) {
    int most = tree.mostHeld(data.size());
    TensorVector mine = new TensorVector();
    for (Open each : open) {
      mine.push_back(each.sum.narrow(0, from, count));
    }
    while (mine.size() < most) {
      mine.push_back(torch.zeros(new long[] {count}, sums.options()));
    }
    Tensor all = torch.zeros(new long[] {(long) most * data.size(), count}, sums.options());
    data.allGather(all, torch.stack(mine));
    Map<Node, Tensor> known = new HashMap<>();
    for (int rank = 0; rank < data.size(); rank++) {
      List<Node> held = tree.held(rank);
      for (int i = 0; i < held.size(); i++) {
        known.put(held.get(i), all.select(0, (long) rank * most + i));
      }
    }
    sums.narrow(0, from, count).copy_(tree.sum(known));
  }

  @Override
  public void close() {
    owned.buffers.forEach(Scope::release);
    owned.buffers.clear();
  }
}
