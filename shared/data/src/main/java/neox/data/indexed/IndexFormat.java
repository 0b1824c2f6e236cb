package neox.data.indexed;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The layout of the memory-mapped `.idx` file:
///
///     9 bytes   magic "MMIDIDX\0\0"
///     u64       version, 1
///     u8        code of the token width
///     u64       items N
///     u64       entries of the document index D
///     int32[N]  tokens of each item
///     int64[N]  byte offset of each item in the .bin file
///     int64[D]  0, then the number of items after each document
///
/// Nothing is aligned: the arrays begin at byte 34. The older layout is
///
///     8 bytes     magic "TNTIDX\0\0"
///     u64 x 6     version 1, code of the token width, bytes of a token, items N, dimensions (N),
///                 entries of the document index D
///     int64[N+1]  dimensions before each item
///     int64[N+1]  offset of each item in the .bin file, in tokens
///     int64[N]    tokens of each item
///     int64[D]    as above
public final class IndexFormat {
  static final byte[] MAGIC = "MMIDIDX\0\0".getBytes(StandardCharsets.US_ASCII);
  static final byte[] LEGACY_MAGIC = "TNTIDX\0\0".getBytes(StandardCharsets.US_ASCII);
  static final long VERSION = 1;
  static final int HEADER_BYTES = 34;
  static final int VERSION_AT = 9;
  static final int WIDTH_AT = 17;
  static final int ITEMS_AT = 18;
  static final int DOCUMENTS_AT = 26;

  static final int LEGACY_HEADER_BYTES = 56;
  static final int LEGACY_VERSION_AT = 8;
  static final int LEGACY_WIDTH_AT = 16;
  static final int LEGACY_ITEMS_AT = 32;
  static final int LEGACY_DOCUMENTS_AT = 48;

  public static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  public static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  public static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// The tokens of the dataset `prefix`.
  static Path bin(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".bin");
  }

  /// The index of the dataset `prefix`.
  static Path idx(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".idx");
  }

  private IndexFormat() {}
}
