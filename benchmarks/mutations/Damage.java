import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/// What disks, networks and ill will do to bytes.
final class Damage {
  /// Numbers at which sizes, products and conversions go wrong.
  private static final long[] HOSTILE = {
    0, 1, -1, 127, 255, 65_535, Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 31, 1L << 32,
    (1L << 53) + 1, 1L << 61, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 8
  };

  private static final String[] HOSTILE_TEXT = {
    "9223372036854775807", "9223372036854775808", "-1", "1e400", "NaN", "-0", "null", "true", "[]",
    "{}", "\"\"", "1e-5", "\"\\u0000\"", "\"\\ud800\"", "\u001b[31m", "\n", "\uFEFF", "\"", "'", "\\",
    "[".repeat(3000), "{\"a\":".repeat(2000), "*a", "&a ", "<<: ", "!!python/object:os.system ", "~"
  };

  /// The same with one to three kinds of damage.
  static byte[] mutate(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int rounds = 1 + random.nextInt(3); rounds > 0; rounds--) {
      bytes = once(bytes, original, random);
    }
    return bytes;
  }

  /// One kind of damage, perhaps in place.
  static byte[] once(byte[] bytes, byte[] original, Random random) {
    if (bytes.length == 0) {
      return original.clone();
    }
    // Headers are where most can go wrong.
    int reach = random.nextBoolean() ? Math.min(bytes.length, 256) : bytes.length;
    int at = random.nextInt(4) == 0 ? bytes.length - 1 - random.nextInt(reach) : random.nextInt(reach);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
    return switch (random.nextInt(10)) {
      case 0 -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        yield bytes;
      }
      case 1 -> {
        bytes[at] = (byte) random.nextInt(256);
        yield bytes;
      }
      case 2 -> {
        Arrays.fill(bytes, at, at + length, (byte) 0);
        yield bytes;
      }
      case 3 -> Arrays.copyOf(bytes, at);
      case 4 -> join(bytes, at + length, bytes, at);
      case 5 -> join(bytes, at, bytes, at + length);
      case 6 -> hostileNumber(bytes, at, random);
      case 7 -> hostileText(bytes, at, random);
      case 8 -> replaceNumber(bytes, at, random);
      default -> join(bytes, at, original, random.nextInt(original.length));
    };
  }

  /// The beginning of one up to `end`, then the other from `from` on.
  private static byte[] join(byte[] one, int end, byte[] other, int from) {
    byte[] joined = Arrays.copyOf(one, end + other.length - from);
    System.arraycopy(other, from, joined, end, other.length - from);
    return joined;
  }

  private static byte[] hostileNumber(byte[] bytes, int at, Random random) {
    int width = random.nextBoolean() ? 8 : 4;
    if (at + width > bytes.length) {
      return bytes;
    }
    ByteBuffer view = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long number = HOSTILE[random.nextInt(HOSTILE.length)];
    if (width == 8) {
      view.putLong(at, number);
    } else {
      view.putInt(at, (int) number);
    }
    return bytes;
  }

  private static byte[] hostileText(byte[] bytes, int at, Random random) {
    byte[] text = HOSTILE_TEXT[random.nextInt(HOSTILE_TEXT.length)].getBytes(StandardCharsets.UTF_8);
    byte[] head = join(bytes, at, text, 0);
    return join(head, head.length, bytes, at);
  }

  /// Puts a hostile word in the place of the number, or quoted word, that comes next.
  private static byte[] replaceNumber(byte[] bytes, int at, Random random) {
    int start = at;
    while (start < bytes.length && !isWord(bytes[start])) {
      start++;
    }
    int end = start;
    while (end < bytes.length && isWord(bytes[end])) {
      end++;
    }
    byte[] text = HOSTILE_TEXT[random.nextInt(HOSTILE_TEXT.length)].getBytes(StandardCharsets.UTF_8);
    byte[] head = join(bytes, start, text, 0);
    return join(head, head.length, bytes, end);
  }

  private static boolean isWord(byte b) {
    return Character.isLetterOrDigit(b) || b == '.' || b == '-';
  }

  private Damage() {}
}
