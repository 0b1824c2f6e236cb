package neox.preprocess.input;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.tukaani.xz.XZInputStream;

/// Opens compressed streams; all of them read on where a second stream follows the first.
final class Decompression {
  private static final int ZSTD_WINDOW_LOG = 31; // archives made with --long=31 exist
  private static final int XZ_MEMORY_KIB = 512 << 10; // xz -9 needs 65 MiB
  private static final int MAGIC_BYTES = 6;
  private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
  private static final byte[] GZIP_MAGIC = {0x1f, (byte) 0x8b};
  private static final byte[] XZ_MAGIC = {(byte) 0xfd, '7', 'z', 'X', 'Z', 0};

  static InputStream zstd(InputStream in) throws IOException {
    return new ZstdInputStream(in).setLongMax(ZSTD_WINDOW_LOG);
  }

  static InputStream gzip(InputStream in) throws IOException {
    return GzipCompressorInputStream.builder()
        .setInputStream(in)
        .setDecompressConcatenated(true)
        .get();
  }

  static InputStream xz(InputStream in) throws IOException {
    return new XZInputStream(in, XZ_MEMORY_KIB);
  }

  /// What a stream's first bytes say; one that says nothing is passed on as it is.
  static InputStream detect(InputStream in) throws IOException {
    BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
    buffered.mark(MAGIC_BYTES);
    byte[] head = buffered.readNBytes(MAGIC_BYTES);
    buffered.reset();
    if (begins(head, ZSTD_MAGIC)) {
      return zstd(buffered);
    }
    if (begins(head, GZIP_MAGIC)) {
      return gzip(buffered);
    }
    return begins(head, XZ_MAGIC) ? xz(buffered) : buffered;
  }

  private static boolean begins(byte[] head, byte[] magic) {
    return head.length >= magic.length
        && Arrays.equals(head, 0, magic.length, magic, 0, magic.length);
  }

  private Decompression() {}
}
