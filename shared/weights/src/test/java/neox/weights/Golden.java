package neox.weights;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/// Where the golden files lie, and how to look into a view.
public final class Golden {
  public static Path path(String name) {
    return Path.of("src", "test", "resources", "golden").resolve(name);
  }

  /// All values of a floating-point view.
  public static double[] values(TensorView view) {
    double[] values = new double[Math.toIntExact(view.shape().count())];
    for (int i = 0; i < values.length; i++) {
      values[i] = Floats.get(view, i);
    }
    return values;
  }

  /// A copy of a view's bytes.
  public static byte[] bytes(TensorView view) {
    return view.bytes().toArray(ValueLayout.JAVA_BYTE);
  }

  private Golden() {}
}
