package neox.weights.pickle;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.weights.MappedFile;

/// Where the entries of a mapped zip archive lie. Torch stores entries uncompressed, so an entry is
/// a slice of the file (`java.util.zip` hides where). Zip64 included.
final class ZipDirectory {
  static final int LOCAL_HEADER = 0x04034b50;
  static final int CENTRAL_HEADER = 0x02014b50;
  static final int END = 0x06054b50;
  static final int END_64 = 0x06064b50;
  static final int END_64_LOCATOR = 0x07064b50;
  static final long MAX_32 = 0xFFFF_FFFFL;
  static final int LOCAL_HEADER_BYTES = 30;
  static final int CENTRAL_HEADER_BYTES = 46;
  static final int END_BYTES = 22;
  static final int END_64_BYTES = 56;
  static final int END_64_LOCATOR_BYTES = 20;
  static final int ZIP64_EXTRA = 1;

  private static final int ENCRYPTED = 1;
  private static final int MAX_COMMENT = 0xFFFF;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final MappedFile mapped;
  private final MemorySegment bytes;

  private ZipDirectory(MappedFile mapped, MemorySegment archive) {
    this.file = mapped.path();
    this.mapped = mapped;
    this.bytes = archive;
  }

  /// Entry name to its bytes, in the order of the archive.
  ///
  /// @param archive part of `file`, or all of it
  static Map<String, ArchiveEntry> entries(MappedFile file, MemorySegment archive) {
    try {
      return new ZipDirectory(file, archive).entries();
    } catch (IndexOutOfBoundsException e) {
      throw new UserException(
          file.path() + ": truncated or damaged: not a complete zip archive", e);
    }
  }

  private Map<String, ArchiveEntry> entries() {
    long end = findEnd();
    long count = unsignedShort(end + 10);
    long at = unsignedInt(end + 16);
    long locator = end - END_64_LOCATOR_BYTES;
    if (locator >= 0 && integer(locator) == END_64_LOCATOR) {
      long end64 = bytes.get(LONG, locator + 8);
      if (integer(end64) != END_64) {
        throw new UserException(file + ": damaged: its zip64 directory is missing");
      }
      count = bytes.get(LONG, end64 + 32);
      at = bytes.get(LONG, end64 + 48);
    }
    boolean hasChecksums = hasChecksums(at, count);
    Map<String, ArchiveEntry> entries = new LinkedHashMap<>();
    for (long i = 0; i < count; i++) {
      int nameLength = unsignedShort(at + 28);
      int extraLength = unsignedShort(at + 30);
      String name = text(at + CENTRAL_HEADER_BYTES, nameLength);
      MemorySegment content = entry(name, at, at + CENTRAL_HEADER_BYTES + nameLength, extraLength);
      OptionalLong checksum =
          hasChecksums ? OptionalLong.of(unsignedInt(at + 16)) : OptionalLong.empty();
      if (entries.put(name, new ArchiveEntry(name, mapped, content, checksum)) != null) {
        throw UserException.of("%s: damaged: entry %s is in it twice", file, name);
      }
      at = next(at);
    }
    return entries;
  }

  /// Checks the chain of headers. (With `set_crc32_options(False)` torch writes zeros for all of
  /// the checksums.)
  private boolean hasChecksums(long first, long count) {
    long at = first;
    boolean any = false;
    for (long i = 0; i < count; i++) {
      if (integer(at) != CENTRAL_HEADER) {
        throw new UserException(file + ": damaged: its zip directory is inconsistent");
      }
      any |= integer(at + 16) != 0;
      at = next(at);
    }
    return any;
  }

  private long next(long header) {
    return header
        + CENTRAL_HEADER_BYTES
        + unsignedShort(header + 28)
        + unsignedShort(header + 30)
        + unsignedShort(header + 32);
  }

  private MemorySegment entry(String name, long header, long extra, int extraLength) {
    if ((unsignedShort(header + 8) & ENCRYPTED) != 0) {
      throw UserException.of("%s: entry %s is encrypted; save it without a password", file, name);
    }
    if (unsignedShort(header + 10) != 0) {
      throw new UserException(
          file
              + ": entry "
              + name
              + " is compressed, which torch never does;"
              + " unpack the archive and save it with torch.save");
    }
    long size = unsignedInt(header + 24);
    long local = unsignedInt(header + 42);
    boolean hasSize = size == MAX_32;
    if (hasSize || local == MAX_32) {
      long field = zip64(extra, extra + extraLength);
      // Only the fields that overflow are there, in this order: size, compressed size, offset.
      if (hasSize) {
        size = bytes.get(LONG, field);
        field += unsignedInt(header + 20) == MAX_32 ? 2 * Long.BYTES : Long.BYTES;
      }
      local = local == MAX_32 ? bytes.get(LONG, field) : local;
    }
    if (integer(local) != LOCAL_HEADER) {
      throw UserException.of("%s: damaged: entry %s is not where the directory says", file, name);
    }
    long start = local + LOCAL_HEADER_BYTES + unsignedShort(local + 26) + unsignedShort(local + 28);
    return bytes.asSlice(start, size);
  }

  private long zip64(long at, long end) {
    while (at + 4 <= end) {
      if (unsignedShort(at) == ZIP64_EXTRA) {
        return at + 4;
      }
      at += 4 + unsignedShort(at + 2);
    }
    throw new UserException(file + ": damaged: a zip64 size is missing");
  }

  private long findEnd() {
    long last = bytes.byteSize() - END_BYTES;
    for (long at = last; at >= Math.max(0, last - MAX_COMMENT); at--) {
      if (integer(at) == END) {
        return at;
      }
    }
    throw new UserException(file + ": truncated: the directory at the end of the file is missing");
  }

  private String text(long at, int length) {
    return new String(
        bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }

  private int unsignedShort(long at) {
    return Short.toUnsignedInt(bytes.get(SHORT, at));
  }

  private int integer(long at) {
    return bytes.get(INT, at);
  }

  private long unsignedInt(long at) {
    return Integer.toUnsignedLong(bytes.get(INT, at));
  }
}
