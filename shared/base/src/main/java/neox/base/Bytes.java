package neox.base;

import java.util.List;
import java.util.Locale;

/// Amounts of memory as people read them.
public final class Bytes {
  private static final List<String> UNITS =
      List.of("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");
  private static final double STEP = 1024;

  /// Such as `4.2 TiB`.
  public static String text(double bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= STEP && unit < UNITS.size() - 1) {
      value /= STEP;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%,.0f %s" : "%,.1f %s", value, UNITS.get(unit));
  }

  private Bytes() {}
}
