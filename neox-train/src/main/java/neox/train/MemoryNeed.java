package neox.train;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import neox.base.Bytes;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.config.RecomputeConfig;
import neox.config.TuningConfig;
import neox.config.model.Dims;
import neox.parallel.Topology;
import neox.train.optimizer.Optimizer;

/// What a rank's share of a training run takes of main memory at the very least, known before
/// anything is made: the attention's two square matrices of each block, and each block's input.
///
/// The truth is several times more; what is refused here could not have run in any way. Numbers are
/// doubles, for the products of what a configuration may hold exceed a long.
///
/// @param parameters weights, their gradients, and what the optimizer remembers of them
/// @param copies of weights and optimizer state that `async_save` writes
/// @param activations the inputs of all blocks, which are kept for the backward pass
record MemoryNeed(double parameters, double copies, double activations) {

  static MemoryNeed of(NeoxConfig config, Topology topology) {
    Dims dims = config.model().dims();
    double hidden = dims.hiddenSize();
    double blocks = Math.floor((double) config.model().layers() / topology.pipe());
    double weights = 2 * hidden * hidden * blocks / topology.tensor();
    double replicas = config.parallel().zeroStage() > 0 ? topology.data() : 1;
    double element =
        switch (config.precision()) {
          case FP32 -> Float.BYTES;
          case FP16, BFLOAT16 -> Short.BYTES;
        };
    double tokens = (double) config.batch().microBatchSize() * dims.seqLength();
    double kept =
        switch (config.recompute()) {
          case RecomputeConfig.Nothing _, RecomputeConfig.Selected _ -> blocks;
          case RecomputeConfig.Blocks(int perGroup) -> Math.ceil(blocks / perGroup);
        };
    double trained = config.tuning().equals(TuningConfig.ALL) ? weights : 0;
    double state = trained * Optimizer.slots(config.optimizer()) * Float.BYTES / replicas;
    boolean copied = config.checkpoint().async() && config.checkpoint().save().isPresent();
    return new MemoryNeed(
        weights * element + trained * Float.BYTES + state,
        copied ? weights * element + state : 0,
        tokens * hidden * kept * element);
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
