package neox.train;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import neox.base.Bytes;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.parallel.Topology;
import neox.train.plan.Gpus;
import neox.train.plan.Layout;
import neox.train.plan.MemoryPlan;
import neox.train.plan.PlannedRun;
import neox.train.plan.StateBytes;

/// What a rank's share of a training run takes of main memory at the very least, known before
/// anything is made: weights, gradients and optimizer as the plan counts them, for a vocabulary of
/// one token, and of the activations each block's input.
///
/// The truth is more; what is refused here could not have run in any way. Numbers are doubles, for
/// the products of what a configuration may hold exceed a long.
///
/// @param parameters weights, their gradients, and what the optimizer remembers of them
/// @param copies of weights and optimizer state that `async_save` writes
/// @param activations the inputs of all blocks, which are kept for the backward pass
record MemoryNeed(double parameters, double copies, double activations) {

  static MemoryNeed of(NeoxConfig config, Topology topology) {
    PlannedRun run = new PlannedRun(config, 1, Gpus.named(Gpus.CPU));
    Layout layout = Layout.of(config, topology);
    StateBytes state = MemoryPlan.of(run, layout).heaviestState();
    boolean copied = config.checkpoint().async() && config.checkpoint().save().isPresent();
    return new MemoryNeed(
        state.total(),
        copied ? state.weights() + state.optimizer() : 0,
        run.leastActivations(layout));
  }

  /// Refuses a run for which all memory of this machine is too little.
  void requireMainMemory() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      requireAtMost(system.getTotalMemorySize() + system.getTotalSwapSpaceSize());
    }
  }

  void requireAtMost(long memory) {
    double all = parameters + copies + activations;
    if (all > memory) {
      throw UserException.of(
          "this run needs more than %s of memory (%s for weights, gradients and optimizer,%s %s"
              + " for activations of one micro-batch), and this machine has %s; make hidden_size,"
              + " num_layers, train_micro_batch_size_per_gpu or seq_length smaller, or share the"
              + " work among machines",
          Bytes.text(all),
          Bytes.text(parameters),
          copies == 0 ? "" : " " + Bytes.text(copies) + " for what async_save copies,",
          Bytes.text(activations),
          Bytes.text((double) memory));
    }
  }
}
