package neox.parallel.comm;

import java.util.Optional;
import neox.tensor.Scope;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.ReduceOp;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.jspecify.annotations.Nullable;

/// A member of a [Gloo] group. Once an operation has failed, the connections are closed and all
/// later ones fail, too, and say so.
final class GlooCommunicator implements Communicator {
  /// Between two ranks messages arrive in the order in which they were sent.
  private static final int TAG = 0;

  private final ProcessGroupGloo group;
  private final String description;
  private final int rank;
  private final int size;
  private @Nullable CommunicationException failure;
  private boolean closed;

  /// @param group kept, and released by [#close]
  GlooCommunicator(ProcessGroupGloo group, String description, int rank, int size) {
    this.group = group;
    this.description = description;
    this.rank = rank;
    this.size = size;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void allReduce(Tensor x, Reduction reduction) {
    ReduceOp.RedOpType type =
        switch (reduction) {
          case SUM -> ReduceOp.RedOpType.SUM;
          case MAX -> ReduceOp.RedOpType.MAX;
        };
    run(
        "allReduce " + reduction + " of " + Arguments.describe(x),
        () ->
            Arguments.inPlace(
                x,
                plain -> {
                  AllreduceOptions options = new AllreduceOptions();
                  options.reduceOp(new ReduceOp(type));
                  group.allreduce(new TensorVector(plain), options)._wait();
                }));
  }

  @Override
  public void broadcast(Tensor x, int root) {
    Arguments.member(root, this);
    run(
        "broadcast of " + Arguments.describe(x) + " from " + root,
        () ->
            Arguments.inPlace(
                x,
                plain -> {
                  BroadcastOptions options = new BroadcastOptions();
                  options.rootRank(root);
                  group.broadcast(new TensorVector(plain), options)._wait();
                }));
  }

  @Override
  public void allGather(Tensor whole, Tensor part) {
    Arguments.parts(whole, part, this);
    // A part may be a slice of the whole: Gloo must not read what it writes.
    run(
        "allGather of " + Arguments.describe(part),
        () -> Arguments.inPlace(whole, plain -> group._allgather_base(plain, copy(part))._wait()));
  }

  /// Gloo itself reduces the whole and takes a slice.
  @Override
  public void reduceScatter(Tensor part, Tensor whole) {
    Arguments.parts(whole, part, this);
    try (var _ = Scope.open()) {
      Tensor sum = copy(whole);
      allReduce(sum, Reduction.SUM);
      part.detach().copy_(Arguments.slice(sum, rank, this));
    }
  }

  @Override
  public void send(Tensor x, int to) {
    Arguments.peer(to, this);
    run("send of " + Arguments.describe(x) + " to " + to, () -> startSend(x, to)._wait());
  }

  @Override
  public void receive(Tensor into, int from) {
    Arguments.peer(from, this);
    run(
        "receive of " + Arguments.describe(into) + " from " + from,
        () -> Arguments.inPlace(into, plain -> startReceive(plain, from)._wait()));
  }

  @Override
  public void exchange(Tensor outgoing, Tensor incoming, int peer) {
    Arguments.peer(peer, this);
    String operation =
        "exchange of %s for %s with %d"
            .formatted(Arguments.describe(outgoing), Arguments.describe(incoming), peer);
    run(
        operation,
        () ->
            Arguments.inPlace(
                incoming,
                plain -> {
                  Work sending = startSend(outgoing, peer);
                  startReceive(plain, peer)._wait();
                  sending._wait();
                }));
  }

  @Override
  public void barrier() {
    run("barrier", () -> group.barrier()._wait());
  }

  private Work startSend(Tensor x, int to) {
    return group.send(new TensorVector(x.detach().contiguous()), to, TAG);
  }

  private Work startReceive(Tensor plain, int from) {
    return group.recv(new TensorVector(plain), from, TAG);
  }

  private static Tensor copy(Tensor x) {
    return x.detach().contiguous().clone();
  }

  private void run(String operation, Runnable body) {
    if (closed) {
      throw new IllegalStateException(this + ": " + operation + " after close");
    }
    if (failure != null) {
      throw new CommunicationException(
          "%s: %s after a failure: %s".formatted(this, operation, failure.getMessage()));
    }
    try (var _ = Scope.open()) {
      NativeFailure.explained(
          this + ": " + operation,
          () -> {
            body.run();
            return Optional.empty();
          });
    } catch (CommunicationException e) {
      failure = e;
      throw e;
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Scope.release(group);
    }
  }

  @Override
  public String toString() {
    return description;
  }
}
