package neox.parallel.comm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import neox.tensor.ElementType;
import neox.tensor.Scope;
import org.bytedeco.pytorch.AllreduceOptions;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.ReduceOp;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/// A member of one of the process groups of libtorch's c10d. Once an operation has failed, the
/// connections are closed and all later ones fail, too, and say so.
final class BackendCommunicator implements Communicator {
  /// Between two ranks messages arrive in the order in which they were sent.
  private static final int TAG = 0;

  private final Backend group;
  private final Pairing pairing;
  private final String description;
  private final int rank;
  private final int size;
  private @Nullable CommunicationException failure;
  private boolean closed;

  /// @param group kept, and released by [#close]
  /// @param pairing how the backend sends and receives at the same time
  BackendCommunicator(Backend group, Pairing pairing, String description, int rank, int size) {
    this.group = group;
    this.pairing = pairing;
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
  public Underway startAllGather(Tensor whole, Tensor part) {
    Arguments.parts(whole, part, this);
    // A part may be a slice of the whole: nobody may read what he writes.
    return start(
        "allGather of " + Arguments.describe(part),
        () -> {
          Tensor target = Scope.keep(whole.detach());
          Tensor all = Scope.keep(target.contiguous());
          Tensor mine = Scope.keep(copy(part));
          return new Flight(
              group._allgather_base(bytes(all), bytes(mine)),
              () -> {
                if (!target.is_contiguous()) {
                  target.copy_(all);
                }
              },
              List.of(target, all, mine));
        });
  }

  /// Each rank gets the others' terms of its slice and adds them up. Gloo itself would reduce the
  /// whole and take a slice, which is twice the traffic; NCCL would choose an order of its own.
  @Override
  public Underway startReduceScatter(Tensor part, Tensor whole) {
    Arguments.sums(whole, part, this);
    return start(
        "reduceScatter of " + Arguments.describe(whole),
        () -> {
          Tensor target = Scope.keep(part.detach());
          Tensor mine = Scope.keep(whole.detach().contiguous());
          Tensor terms = Scope.keep(torch.empty_like(mine));
          Work work =
              group.alltoall_base(bytes(terms), bytes(mine), new LongVector(), new LongVector());
          return new Flight(work, () -> addUp(terms, target), List.of(target, mine, terms));
        });
  }

  private void addUp(Tensor terms, Tensor into) {
    ScalarType type = ElementType.of(into);
    Tensor sum = Arguments.slice(terms, 0, this).to(type);
    for (int other = 1; other < size; other++) {
      sum.add_(Arguments.slice(terms, other, this)); // in the type of the sum
    }
    into.copy_(sum);
  }

  /// Bytes travel as bytes, whatever the backend knows of their type.
  private static Tensor bytes(Tensor contiguous) {
    return contiguous.view(-1).view(ScalarType.Byte);
  }

  /// An operation that the backend's own threads, or its stream, carry out.
  ///
  /// @param completion what is left to do when they have
  /// @param tensors kept until then
  private record Flight(Work work, Runnable completion, List<Tensor> tensors) {}

  private Underway start(String operation, Supplier<Flight> body) {
    List<Flight> started = new ArrayList<>(1);
    run(
        operation,
        () -> {
          Flight flight = body.get();
          started.add(new Flight(Scope.keep(flight.work), flight.completion, flight.tensors));
        });
    Flight flight = started.getFirst();
    return () -> {
      try {
        run(
            operation,
            () -> {
              flight.work._wait();
              flight.completion.run();
            });
      } finally {
        Scope.release(flight.work);
        flight.tensors.forEach(Scope::release);
      }
    };
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
                plain ->
                    pairing.exchange(
                        group, () -> startSend(outgoing, peer), () -> startReceive(plain, peer))));
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
