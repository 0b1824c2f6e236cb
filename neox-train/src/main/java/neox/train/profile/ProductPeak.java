package neox.train.profile;

import neox.tensor.Device;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/// How fast a device multiplies large square matrices with the library and the threads that the
/// steps have: the roof over them, measured rather than believed.
final class ProductPeak {
  private static final int TIMES = 5;

  /// Some tenths of a second on a processor, some milliseconds on a GPU.
  private static int size(Device device) {
    return switch (device) {
      case Device.Cpu _, Device.Meta _ -> 1536;
      case Device.Cuda _ -> 8192;
    };
  }

  /// Operations per second: the best of some products.
  static double measure(Placement placement) {
    int n = size(placement.device());
    double best = Double.MAX_VALUE;
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      Tensor a = placement.full(0.5, n, n); // [n, n]
      Tensor b = placement.full(0.25, n, n);
      for (int i = 0; i < TIMES; i++) {
        long begin = System.nanoTime();
        try (var _ = Scope.open()) {
          a.mm(b).narrow(0, 0, 1).sum().item_double(); // waits for it
        }
        best = Math.min(best, (System.nanoTime() - begin) / 1e9);
      }
    }
    return 2.0 * n * n * n / best;
  }

  private ProductPeak() {}
}
