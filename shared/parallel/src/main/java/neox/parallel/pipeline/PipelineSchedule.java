package neox.parallel.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import neox.parallel.comm.Communicator;
import neox.parallel.pipeline.Step.Backward;
import neox.parallel.pipeline.Step.Forward;
import neox.parallel.pipeline.Step.ReceiveActivation;
import neox.parallel.pipeline.Step.ReceiveGradient;
import neox.parallel.pipeline.Step.SendActivation;
import neox.parallel.pipeline.Step.SendGradient;
import neox.parallel.pipeline.Step.SwapWithNext;
import neox.parallel.pipeline.Step.SwapWithPrevious;

/// What each stage does in one optimizer step or one evaluation, as a list.
public final class PipelineSchedule {
  /// One forward, one backward (PipeDream-Flush, arXiv:2006.09503 §2; arXiv:2104.04473 §2.2): a
  /// stage first runs ahead by as many forwards as there are stages behind it, then alternates, so
  /// that it never keeps more than `stages - stage` micro-batches of activations.
  ///
  /// One stage is the ordinary case: forward and backward in turn, which is gradient accumulation.
  public static List<Step> oneForwardOneBackward(int stage, int stages, int microBatches) {
    Objects.checkIndex(stage, stages);
    if (microBatches < 1) {
      throw new IllegalArgumentException("at least one micro-batch, not " + microBatches);
    }
    boolean first = stage == 0;
    boolean last = stage == stages - 1;
    int ahead = Math.min(stages - 1 - stage, microBatches);
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < ahead; i++) {
      add(steps, !first, new ReceiveActivation(i));
      steps.add(new Forward(i));
      add(steps, !last, new SendActivation(i));
    }
    add(steps, !first && ahead < microBatches, new ReceiveActivation(ahead));
    for (int i = 0; i + ahead < microBatches; i++) {
      boolean more = i + ahead + 1 < microBatches;
      steps.add(new Forward(i + ahead));
      add(steps, !last, new SwapWithNext(i + ahead, i));
      steps.add(new Backward(i));
      add(steps, !first && more, new SwapWithPrevious(i, i + ahead + 1));
      add(steps, !first && !more, new SendGradient(i));
    }
    for (int i = microBatches - ahead; i < microBatches; i++) {
      steps.add(new ReceiveGradient(i));
      steps.add(new Backward(i));
      add(steps, !first, new SendGradient(i));
    }
    return List.copyOf(steps);
  }

  /// What each stage does to run micro-batches through the network without a backward pass, in
  /// evaluation and inference.
  public static List<Step> forwardOnly(int stage, int stages, int microBatches) {
    Objects.checkIndex(stage, stages);
    if (microBatches < 1) {
      throw new IllegalArgumentException("at least one micro-batch, not " + microBatches);
    }
    boolean first = stage == 0;
    boolean last = stage == stages - 1;
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < microBatches; i++) {
      add(steps, !first, new ReceiveActivation(i));
      steps.add(new Forward(i));
      add(steps, !last, new SendActivation(i));
    }
    return List.copyOf(steps);
  }

  /// [#oneForwardOneBackward] for the stage at this end of the pipe axis.
  public static List<Step> oneForwardOneBackward(Communicator pipe, int microBatches) {
    return oneForwardOneBackward(pipe.rank(), pipe.size(), microBatches);
  }

  /// [#forwardOnly] for the stage at this end of the pipe axis.
  public static List<Step> forwardOnly(Communicator pipe, int microBatches) {
    return forwardOnly(pipe.rank(), pipe.size(), microBatches);
  }

  private static void add(List<Step> steps, boolean condition, Step step) {
    if (condition) {
      steps.add(step);
    }
  }

  private PipelineSchedule() {}
}
