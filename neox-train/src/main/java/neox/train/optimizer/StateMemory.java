package neox.train.optimizer;

import neox.config.ZeroConfig;
import neox.tensor.Device;

/// Where the optimizer has its state and takes its step.
enum StateMemory {
  /// Where the weights are.
  WITH_THE_WEIGHTS,
  /// In main memory, apart from the weights: gradients are copied there, masters back
  /// (arXiv:2101.06840 §4).
  APART;

  /// In main memory nothing is apart from it.
  static StateMemory of(ZeroConfig zero, Device weights) {
    return switch (weights) {
      case Device.Cpu _, Device.Meta _ -> WITH_THE_WEIGHTS;
      case Device.Cuda _ -> zero.offloadsOptimizer() ? APART : WITH_THE_WEIGHTS;
    };
  }
}
