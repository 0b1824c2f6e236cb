import java.util.Arrays;

/// How often each place of the instrumented code was passed since the last [#clear]. Written by all
/// threads without care: a lost count costs nothing.
public final class Edges {
  static final int SIZE = 1 << 18;

  private static final byte[] COUNTS = new byte[SIZE];

  /// Called at each place.
  public static void hit(int place) {
    byte count = (byte) (COUNTS[place] + 1);
    COUNTS[place] = count == 0 ? 1 : count;
  }

  static void clear() {
    Arrays.fill(COUNTS, (byte) 0);
  }

  /// Adds what was passed now to what was seen before; whether anything is new: a place, or another
  /// order of magnitude of its count.
  ///
  /// @param seen for each place the magnitudes that were met, as bits
  static boolean addTo(byte[] seen) {
    boolean any = false;
    for (int place = 0; place < SIZE; place++) {
      if (COUNTS[place] != 0) {
        byte magnitude = magnitude(Byte.toUnsignedInt(COUNTS[place]));
        any |= (seen[place] & magnitude) == 0;
        seen[place] |= magnitude;
      }
    }
    return any;
  }

  /// 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, and more.
  private static byte magnitude(int count) {
    if (count < 4) {
      return (byte) (1 << (count - 1));
    }
    int log = 31 - Integer.numberOfLeadingZeros(count);
    return (byte) (1 << Math.min(log < 5 ? log + 1 : log == 5 || log == 6 ? 6 : 7, 7));
  }

  private Edges() {}
}
