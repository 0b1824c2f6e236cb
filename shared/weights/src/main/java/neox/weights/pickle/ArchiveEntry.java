package neox.weights.pickle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import neox.weights.Segments;

/// One entry of a mapped archive. Its checksum costs a pass over its bytes, so it is compared when
/// they are first used, which brings them into memory anyway.
final class ArchiveEntry {
  private final String name;
  private final MemorySegment bytes;
  private final OptionalLong checksum;
  private volatile boolean intact;

  /// @param checksum the CRC-32 of `bytes`, if the archive holds such
  ArchiveEntry(String name, MemorySegment bytes, OptionalLong checksum) {
    this.name = name;
    this.bytes = bytes;
    this.checksum = checksum;
    this.intact = checksum.isEmpty();
  }

  String name() {
    return name;
  }

  /// The bytes, whether they are intact or not.
  MemorySegment bytes() {
    return bytes;
  }

  /// Whether the bytes are those that were written.
  boolean isIntact() {
    if (!intact) {
      intact = crc(bytes) == checksum.orElseThrow();
    }
    return intact;
  }

  private static long crc(MemorySegment bytes) {
    CRC32 crc = new CRC32();
    try {
      Segments.forEachPiece(bytes, crc::update);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return crc.getValue();
  }
}
