import java.util.Locale;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.kernel.Products;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What this machine can do at most: floating-point operations of a square matrix product in float32
/// and in bfloat16, and bytes read from memory. Best of some repeats.
///
/// Usage: java -cp DIST_LIB_JARS Roofs.java THREADS; prints "fp32 bf16 read", in 10⁹ a second.
public final class Roofs {
  private static final int SIZE = 2048;
  private static final int REPEATS = 7;
  private static final long READ = 1L << 28; // numbers, 1 GiB

  public static void main(String[] arguments) {
    NativeRuntime.start(Integer.parseInt(arguments[0]));
    try (var _ = Scope.open();
        var _ = new NoGradGuard()) {
      Tensor a = torch.randn(SIZE, SIZE);
      Tensor b = torch.randn(SIZE, SIZE);
      Tensor narrowA = a.to(ScalarType.BFloat16);
      Tensor narrowB = b.to(ScalarType.BFloat16);
      double operations = 2.0 * SIZE * SIZE * SIZE;
      double fp32 = operations / best(() -> Products.of(a, b));
      double bf16 = operations / best(() -> torch.mm(narrowA, narrowB));
      Tensor memory = torch.ones(READ);
      double read = READ * Float.BYTES / best(memory::sum);
      System.out.printf(Locale.ROOT, "%.1f %.1f %.1f%n", fp32 / 1e9, bf16 / 1e9, read / 1e9);
    }
  }

  private static double best(Runnable work) {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i < REPEATS; i++) {
      long start = System.nanoTime();
      try (var _ = Scope.open()) {
        work.run();
      }
      best = Math.min(best, (System.nanoTime() - start) / 1e9);
    }
    return best;
  }
}
