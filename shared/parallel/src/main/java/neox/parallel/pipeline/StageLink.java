package neox.parallel.pipeline;

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
