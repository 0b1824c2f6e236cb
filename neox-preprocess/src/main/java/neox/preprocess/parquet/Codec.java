package neox.preprocess.parquet;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.compressors.lz4.BlockLZ4CompressorInputStream;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorInputStream;
import org.brotli.dec.BrotliInputStream;

/// How the pages of a column are compressed.
enum Codec {
  UNCOMPRESSED,
  SNAPPY,
  GZIP,
  ZSTD,
  BROTLI,
  LZ4_RAW;

  /// By the number in the metadata; the missing ones are not read.
  private static final List<String> NUMBERED =
      List.of("UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW");

  static Codec of(int number) throws ParquetException {
    String name =
        number >= 0 && number < NUMBERED.size() ? NUMBERED.get(number) : "number " + number;
    return Arrays.stream(values())
        .filter(codec -> codec.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            ParquetException.notRead(
                "compressed with codec %s, which is not read; write it with zstd or snappy", name));
  }

  /// Exactly `length` bytes.
  byte[] decompress(byte[] in, int from, int to, int length) throws IOException {
    return switch (this) {
      case UNCOMPRESSED -> exactly(Arrays.copyOfRange(in, from, to), length);
      case ZSTD -> zstd(in, from, to, length);
      case SNAPPY -> read(SnappyCompressorInputStream::new, in, from, to, length);
      case GZIP -> read(GZIPInputStream::new, in, from, to, length);
      case BROTLI -> read(BrotliInputStream::new, in, from, to, length);
      case LZ4_RAW -> read(BlockLZ4CompressorInputStream::new, in, from, to, length);
    };
  }

  /// Makes a stream that decompresses another.
  private interface Decoder {
    InputStream on(InputStream in) throws IOException;
  }

  private static byte[] read(Decoder codec, byte[] in, int from, int to, int length)
      throws ParquetException {
    try (InputStream decoder = codec.on(new ByteArrayInputStream(in, from, to - from))) {
      return exactly(decoder.readNBytes(length), length);
    } catch (ParquetException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new ParquetException("a damaged page: %s", String.valueOf(e.getMessage()));
    }
  }

  private static byte[] zstd(byte[] in, int from, int to, int length) throws ParquetException {
    byte[] out = new byte[length];
    try {
      long written = Zstd.decompressByteArray(out, 0, length, in, from, to - from);
      return exactly(out, (int) written == length ? length : -1);
    } catch (ZstdException e) {
      throw new ParquetException("a damaged page: %s", String.valueOf(e.getMessage()));
    }
  }

  private static byte[] exactly(byte[] out, int length) throws ParquetException {
    if (out.length != length) {
      throw new ParquetException("a damaged page: it does not have the length it names");
    }
    return out;
  }
}
