package neox.parallel.pipeline;

/// One thing a pipeline stage does. Activations travel to the next stage, gradients to the previous
/// one; numbers are micro-batches, counted from 0 in each optimizer step.
///
/// Sending and receiving wait for the neighbour (rendezvous). Where both directions are due between
/// the same two stages they are one step, a swap: done one after the other, they deadlock.
public sealed interface Step {
  record Forward(int microBatch) implements Step {}

  record Backward(int microBatch) implements Step {}

  record ReceiveActivation(int microBatch) implements Step {}

  record SendActivation(int microBatch) implements Step {}

  record ReceiveGradient(int microBatch) implements Step {}

  record SendGradient(int microBatch) implements Step {}

  /// Sends the activation of one micro-batch to the next stage and receives the gradient of
  /// another.
  record SwapWithNext(int activation, int gradient) implements Step {}

  /// Sends the gradient of one micro-batch to the previous stage and receives the activation of
  /// another.
  record SwapWithPrevious(int gradient, int activation) implements Step {}
}
