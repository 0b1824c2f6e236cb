package neox.train;

import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.parallel.Topology;
import neox.tensor.Device;
import neox.train.evaluation.Evaluator;

/// What a run is asked before anything of it is made.
///
/// @param topology of its ranks
record Requirements(NeoxConfig config, Topology topology) {
  /// [UserException] for a run that could not come to its end.
  ///
  /// @param device of the ranks
  void check(Device device) {
    requireMemory(device);
    requireSameBits(device);
    Evaluator.Size.of(config);
  }

  private void requireMemory(Device device) {
    switch (device) {
      case Device.Cpu _ -> MemoryNeed.of(config, topology).requireMainMemory();
      case Device.Meta _, Device.Cuda _ -> {
        // A GPU's memory is asked for by whoever allocates it.
      }
    }
  }

  private void requireSameBits(Device device) {
    if (config.deterministic().onEveryLayout() && device instanceof Device.Cuda) {
      throw UserException.of(
          "deterministic: layout is not built yet on GPUs, which add up the gradients of embeddings"
              + " in no order; expected rerun");
    }
  }
}
