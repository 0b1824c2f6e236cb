package neox.parallel.pipeline;

import java.util.function.Supplier;
import neox.parallel.comm.Communicator;
import org.bytedeco.pytorch.Tensor;

/// How a stage talks to its neighbours. Every method returns when both sides are done; received
/// tensors belong to the innermost scope.
public interface StageLink {
  void sendToNext(Tensor activation);

  void sendToPrevious(Tensor gradient);

  Tensor receiveFromNext();

  Tensor receiveFromPrevious();

  /// Sends and receives at the same time; returns the gradient.
  Tensor swapWithNext(Tensor activation);

  /// Sends and receives at the same time; returns the activation.
  Tensor swapWithPrevious(Tensor gradient);

  /// The link of the stage at this end of the pipe axis.
  ///
  /// @param arriving makes an empty tensor of the shape and type of what the neighbours send;
  ///   activations `[b, s, h]` and their gradients are alike
  static StageLink over(Communicator pipe, Supplier<Tensor> arriving) {
    return pipe.isFirst() && pipe.isLast() ? none() : new Over(pipe, arriving);
  }

  /// See [#over].
  record Over(Communicator pipe, Supplier<Tensor> arriving) implements StageLink {
    private int next() {
      return pipe.rank() + 1;
    }

    private int previous() {
      return pipe.rank() - 1;
    }

    @Override
    public void sendToNext(Tensor activation) {
      pipe.send(activation, next());
    }

    @Override
    public void sendToPrevious(Tensor gradient) {
      pipe.send(gradient, previous());
    }

    @Override
    public Tensor receiveFromNext() {
      return receive(next());
    }

    @Override
    public Tensor receiveFromPrevious() {
      return receive(previous());
    }

    @Override
    public Tensor swapWithNext(Tensor activation) {
      return swap(activation, next());
    }

    @Override
    public Tensor swapWithPrevious(Tensor gradient) {
      return swap(gradient, previous());
    }

    private Tensor receive(int from) {
      Tensor incoming = arriving.get();
      pipe.receive(incoming, from);
      return incoming;
    }

    private Tensor swap(Tensor outgoing, int peer) {
      Tensor incoming = arriving.get();
      pipe.exchange(outgoing, incoming, peer);
      return incoming;
    }
  }

  /// The link of a pipeline of one stage, whose schedule never talks.
  static StageLink none() {
    return new None();
  }

  /// See [#none].
  record None() implements StageLink {
    @Override
    public void sendToNext(Tensor activation) {
      throw alone();
    }

    @Override
    public void sendToPrevious(Tensor gradient) {
      throw alone();
    }

    @Override
    public Tensor receiveFromNext() {
      throw alone();
    }

    @Override
    public Tensor receiveFromPrevious() {
      throw alone();
    }

    @Override
    public Tensor swapWithNext(Tensor activation) {
      throw alone();
    }

    @Override
    public Tensor swapWithPrevious(Tensor gradient) {
      throw alone();
    }

    private static IllegalStateException alone() {
      return new IllegalStateException("a pipeline of one stage has no neighbours to talk to");
    }
  }
}
