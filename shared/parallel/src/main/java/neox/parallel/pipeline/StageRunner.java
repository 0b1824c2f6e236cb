package neox.parallel.pipeline;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.parallel.comm.Communicator;
import neox.parallel.pipeline.Step.Backward;
import neox.parallel.pipeline.Step.Forward;
import neox.parallel.pipeline.Step.ReceiveActivation;
import neox.parallel.pipeline.Step.ReceiveGradient;
import neox.parallel.pipeline.Step.SendActivation;
import neox.parallel.pipeline.Step.SendGradient;
import neox.parallel.pipeline.Step.SwapWithNext;
import neox.parallel.pipeline.Step.SwapWithPrevious;
import neox.tensor.CustomFunction;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// Carries out a schedule on one stage. Holds the tensors that are between two steps, keyed by
/// micro-batch; when [#run] returns normally there are none left. Not thread-safe.
public final class StageRunner {
  private final Stage stage;
  private final StageLink link;
  private final boolean first;
  private final boolean last;
  private final Map<Integer, Tensor> activationsIn = new HashMap<>();
  private final Map<Integer, Tensor> activationsOut = new HashMap<>();
  private final Map<Integer, Tensor> gradientsIn = new HashMap<>();
  private final Map<Integer, Tensor> gradientsOut = new HashMap<>();

  private StageRunner(Stage stage, StageLink link, boolean first, boolean last) {
    this.stage = stage;
    this.link = link;
    this.first = first;
    this.last = last;
  }

  /// A pipeline of one stage.
  public static StageRunner single(Stage stage) {
    return of(stage, StageLink.none(), Communicator.alone());
  }

  /// The stage at this end of the pipe axis.
  public static StageRunner of(Stage stage, StageLink link, Communicator pipe) {
    return new StageRunner(stage, link, pipe.isFirst(), pipe.isLast());
  }

  /// Carries out the steps in order, each in a scope of its own. What a backward written in Java
  /// throws arrives as itself.
  public void run(List<Step> steps) {
    for (Step step : steps) {
      try (var _ = Scope.open()) {
        CustomFunction.run(() -> carryOut(step));
      }
    }
  }

  private void carryOut(Step step) {
    switch (step) {
      case Forward(int i) -> forward(i);
      case Backward(int i) -> backward(i);
      case ReceiveActivation(int i) -> put(activationsIn, i, link.receiveFromPrevious());
      case SendActivation(int i) -> link.sendToNext(take(activationsOut, i));
      case ReceiveGradient(int i) -> put(gradientsIn, i, link.receiveFromNext());
      case SendGradient(int i) -> link.sendToPrevious(take(gradientsOut, i));
      case SwapWithNext(int out, int in) ->
          put(gradientsIn, in, link.swapWithNext(take(activationsOut, out)));
      case SwapWithPrevious(int out, int in) ->
          put(activationsIn, in, link.swapWithPrevious(take(gradientsOut, out)));
    }
  }

  private void forward(int microBatch) {
    Optional<Tensor> input =
        first ? Optional.empty() : Optional.of(take(activationsIn, microBatch));
    Tensor output = stage.forward(microBatch, input);
    if (!last) {
      put(activationsOut, microBatch, output);
    }
  }

  private void backward(int microBatch) {
    Optional<Tensor> gradient =
        last ? Optional.empty() : Optional.of(take(gradientsIn, microBatch));
    Optional<Tensor> result = stage.backward(microBatch, gradient);
    if (!first) {
      put(gradientsOut, microBatch, result.orElseThrow());
    }
  }

  private static void put(Map<Integer, Tensor> waiting, int microBatch, Tensor tensor) {
    waiting.put(microBatch, Scope.keep(tensor));
  }

  /// Hands a waiting tensor to the step's scope, which frees it at the end of the step.
  private static Tensor take(Map<Integer, Tensor> waiting, int microBatch) {
    Tensor tensor = waiting.remove(microBatch);
    if (tensor == null) {
      throw new IllegalStateException("the schedule uses micro-batch " + microBatch + " too early");
    }
    return Scope.adopt(tensor);
  }
}
