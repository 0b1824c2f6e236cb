package neox.parallel.comm;

import java.util.List;
import java.util.function.Function;
import neox.tensor.ElementType;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A member of an [InProcess] group. Reductions go in rank order, whatever the number of ranks.
final class InProcessCommunicator implements Communicator {
  private final InProcessGroup group;
  private final int rank;

  InProcessCommunicator(InProcessGroup group, int rank) {
    this.group = group;
    this.rank = rank;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return group.size();
  }

  @Override
  public void allReduce(Tensor x, Reduction reduction) {
    String operation = "allReduce " + reduction + " of " + Arguments.describe(x);
    together(operation, x, x, all -> reduced(all, reduction));
  }

  @Override
  public void broadcast(Tensor x, int root) {
    Arguments.member(root, this);
    String operation = "broadcast of " + Arguments.describe(x) + " from " + root;
    together(operation, x, x, all -> all.get(root).clone());
  }

  @Override
  public Underway startAllGather(Tensor whole, Tensor part) {
    Arguments.parts(whole, part, this);
    String operation = "allGather of " + Arguments.describe(part);
    return later(
        operation, part, whole, all -> torch.cat(new TensorVector(all.toArray(Tensor[]::new)), 0));
  }

  @Override
  public Underway startReduceScatter(Tensor part, Tensor whole) {
    Arguments.sums(whole, part, this);
    String operation = "reduceScatter of " + Arguments.describe(whole);
    ScalarType type = ElementType.of(part);
    return later(
        operation,
        whole,
        part,
        all ->
            reduced(
                all.stream().map(t -> Arguments.slice(t, rank, this).to(type)).toList(),
                Reduction.SUM));
  }

  /// Ranks of one process gain nothing from talking beside their work: the whole operation happens
  /// when it is awaited.
  private Underway later(
      String operation, Tensor mine, Tensor target, Function<List<Tensor>, Tensor> result) {
    Tensor from = Scope.keep(mine.detach());
    Tensor to = Scope.keep(target.detach());
    return () -> {
      try {
        together(operation, from, to, result);
      } finally {
        Scope.release(from);
        Scope.release(to);
      }
    };
  }

  @Override
  public void send(Tensor x, int to) {
    Arguments.peer(to, this);
    post(x, to);
    group.awaitReceipt(rank, to);
  }

  @Override
  public void receive(Tensor into, int from) {
    Arguments.peer(from, this);
    try (var _ = Scope.open()) {
      group.receive(from, rank, sent -> accept(into, sent, from));
    }
  }

  @Override
  public void exchange(Tensor outgoing, Tensor incoming, int peer) {
    Arguments.peer(peer, this);
    post(outgoing, peer);
    receive(incoming, peer);
    group.awaitReceipt(rank, peer);
  }

  @Override
  public void barrier() {
    try (var _ = Scope.open()) {
      group.meet(rank, "barrier", new Tensor());
    }
  }

  @Override
  public void close() {
    group.leave(rank);
  }

  @Override
  public String toString() {
    return group.describe(rank);
  }

  /// One operation of all: `result` is computed of all ranks' `mine` while nobody changes them,
  /// then written to `target`.
  private void together(
      String operation, Tensor mine, Tensor target, Function<List<Tensor>, Tensor> result) {
    try (var _ = Scope.open()) {
      Tensor computed = result.apply(group.meet(rank, operation, mine.detach()));
      group.meet(rank, operation + " done", new Tensor());
      target.detach().copy_(computed);
    }
  }

  private void post(Tensor x, int to) {
    try (var _ = Scope.open()) {
      group.post(x.detach(), rank, to);
    }
  }

  private void accept(Tensor into, Tensor sent, int from) {
    if (!Arguments.describe(into).equals(Arguments.describe(sent))) {
      throw new CommunicationException(
          "%s: receive of %s from %d, which sends %s"
              .formatted(this, Arguments.describe(into), from, Arguments.describe(sent)));
    }
    into.detach().copy_(sent);
  }

  private static Tensor reduced(List<Tensor> terms, Reduction reduction) {
    Tensor result = terms.getFirst().clone();
    for (Tensor term : terms.subList(1, terms.size())) {
      switch (reduction) {
        case SUM -> result.add_(term);
        case MAX -> torch.maximum_out(result, result, term);
      }
    }
    return result;
  }
}
