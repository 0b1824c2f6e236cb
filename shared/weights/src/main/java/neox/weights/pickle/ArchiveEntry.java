package neox.weights.pickle;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import neox.weights.ByteSource;
import neox.weights.MappedFile;

/// One entry of an archive. Its checksum costs a pass over its bytes, so it is compared when they
/// are first used. That pass reads them, so that no mapped page comes into memory by it.
final class ArchiveEntry {
  private final String name;
  private final MemorySegment bytes;
  private final ByteSource source;
  private final OptionalLong checksum;
  private volatile boolean intact;

  /// @param bytes a part of `file`
  /// @param checksum the CRC-32 of `bytes`, if the archive holds such
  ArchiveEntry(String name, MappedFile file, MemorySegment bytes, OptionalLong checksum) {
    this.name = name;
    this.bytes = bytes;
    this.source = file.source(bytes);
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

  /// Whether it is known already that the bytes are those that were written.
  boolean isKnownIntact() {
    return intact;
  }

  /// Whether the bytes are those that were written. Threads that ask at once wait for one of them.
  boolean isIntact() {
    if (!intact) {
      compare();
    }
    return intact;
  }

  private synchronized void compare() {
    if (!intact) {
      CRC32 crc = new CRC32();
      try {
        source.forEachChunk(chunk -> crc.update(chunk.asByteBuffer()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      intact = crc.getValue() == checksum.orElseThrow();
    }
  }
}
