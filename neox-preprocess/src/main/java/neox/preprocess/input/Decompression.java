package neox.preprocess.input;

import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import neox.compression.GzipMembers;
import neox.compression.ZstdFrames;
import org.tukaani.xz.XZInputStream;

/// Opens compressed streams. All of them read on where a second stream follows the first, hand out
/// everything before a cut or a damage, and then fail.
final class Decompression {
  private static final int XZ_MEMORY_KIB = 512 << 10; // xz -9 needs 65 MiB
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int MAGIC_BYTES = 6;
  private static final byte[] PARQUET_MAGIC = {'P', 'A', 'R', '1'};
  private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};
  private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
  private static final byte[] GZIP_MAGIC = {0x1f, (byte) 0x8b};
  private static final byte[] XZ_MAGIC = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};

  static InputStream zstd(InputStream in) throws IOException {
    return new ZstdFrames(in);
  }

  static InputStream gzip(InputStream in) {
    return new GzipMembers(in);
  }

  /// The decoder is asked for no more than it has ready: where it fails it forgets what it has
  /// decoded in the same call.
  static InputStream xz(InputStream in) throws IOException {
    return new FilterInputStream(new XZInputStream(in, XZ_MEMORY_KIB)) {
      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        return super.read(bytes, offset, Math.min(length, Math.max(1, available())));
      }
    };
  }

  /// What the first bytes of a stream of rows say; [Unsupported] when that cannot be read as one.
  ///
  /// @param in supports marks
  static InputStream detectRows(InputStream in) throws IOException {
    byte[] head = head(in);
    if (begins(head, PARQUET_MAGIC) || begins(head, ZIP_MAGIC)) {
      throw new Unsupported(
          (begins(head, ZIP_MAGIC) ? "a zip" : "Parquet")
              + " is read from its end, which a stream does not have; write it to a file and give"
              + " that");
    }
    return detect(in);
  }

  /// What a stream's first bytes say; one that says nothing is passed on as it is.
  static InputStream detect(InputStream in) throws IOException {
    InputStream buffered = in.markSupported() ? in : new BufferedInputStream(in, BUFFER_BYTES);
    byte[] head = head(buffered);
    if (begins(head, ZSTD_MAGIC)) {
      return zstd(buffered);
    }
    if (begins(head, GZIP_MAGIC)) {
      return gzip(buffered);
    }
    return begins(head, XZ_MAGIC) ? xz(buffered) : buffered;
  }

  private static byte[] head(InputStream in) throws IOException {
    in.mark(MAGIC_BYTES);
    byte[] head = in.readNBytes(MAGIC_BYTES);
    in.reset();
    return head;
  }

  private static boolean begins(byte[] head, byte[] magic) {
    return head.length >= magic.length
        && Arrays.equals(head, 0, magic.length, magic, 0, magic.length);
  }

  private Decompression() {}
}
