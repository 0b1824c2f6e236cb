import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32;

/// Makes the class archives that a JVM has just dumped the same from every build: all that differs
/// is when soft references among the archived objects were last used, in milliseconds since the
/// machine was started (SoftReference.timestamp), and the checksums over it. The JVM reads the
/// number when memory is short, to choose what to forget.
///
/// Layout: JDK 25's `FileMapHeader` and `FileMapRegion` (src/hotspot/share/cds/filemap.hpp).
///
/// Usage: java ForgetTime.java ARCHIVE…
class ForgetTime {
  private static final int MAGIC = 0xf00baba2;
  private static final int VERSION = 19;
  private static final int HEADER_CRC_AT = 4;
  private static final int VERSION_AT = 8;
  private static final int HEADER_SIZE_AT = 12;
  private static final int REGIONS_AT = 24;
  private static final int REGION_SIZE = 96;
  private static final int HEAP = 3;
  private static final int FILE_OFFSET_AT = 24;
  private static final int USED_AT = 40;
  private static final long LONGEST_DUMP_MILLIS = 600_000;

  /// Between the time that most references have and that of the clock itself, SoftReference.clock.
  private static final long LONGEST_STEP_MILLIS = 5_000;

  public static void main(String[] args) throws IOException {
    for (String name : args) {
      Path file = Path.of(name);
      ByteBuffer archive = ByteBuffer.wrap(Files.readAllBytes(file));
      forget(archive.order(ByteOrder.LITTLE_ENDIAN), name);
      Files.write(file, archive.array());
    }
  }

  private static void forget(ByteBuffer archive, String name) {
    if (archive.getInt(0) != MAGIC || archive.getInt(VERSION_AT) != VERSION) {
      throw new IllegalStateException(name + ": not a class archive of JDK 25");
    }
    int region = REGIONS_AT + HEAP * REGION_SIZE;
    int from = Math.toIntExact(archive.getLong(region + FILE_OFFSET_AT));
    int length = Math.toIntExact(archive.getLong(region + USED_AT));
    check(name, "heap", archive.getInt(region), crc(archive, from, length));
    check(name, "header", archive.getInt(HEADER_CRC_AT), headerCrc(archive));

    long time = mostFrequentTime(archive, from, length);
    for (int at = from; at < from + length; at += Long.BYTES) {
      if (Math.abs(archive.getLong(at) - time) <= LONGEST_STEP_MILLIS) {
        archive.putLong(at, 0);
      }
    }
    archive.putInt(region, crc(archive, from, length));
    archive.putInt(HEADER_CRC_AT, headerCrc(archive));
  }

  /// Of the words that may be a time within the dump, the one there is most of.
  private static long mostFrequentTime(ByteBuffer archive, int from, int length) {
    long now = System.nanoTime() / 1_000_000;
    Map<Long, Integer> seen = new HashMap<>();
    for (int at = from; at < from + length; at += Long.BYTES) {
      long word = archive.getLong(at);
      if (word <= now && word > now - LONGEST_DUMP_MILLIS && word > 0) {
        seen.merge(word, 1, Integer::sum);
      }
    }
    return seen.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(0L);
  }

  private static int headerCrc(ByteBuffer archive) {
    int from = REGIONS_AT - 2 * Integer.BYTES; // after the size
    return crc(archive, from, archive.getInt(HEADER_SIZE_AT) - from);
  }

  private static int crc(ByteBuffer archive, int from, int length) {
    CRC32 crc = new CRC32();
    crc.update(archive.array(), from, length);
    return (int) crc.getValue();
  }

  private static void check(String name, String what, int stored, int computed) {
    if (stored != computed) {
      throw new IllegalStateException(
          "%s: checksum of the %s is %08x, expected %08x: not JDK 25's layout"
              .formatted(name, what, stored, computed));
    }
  }

  private ForgetTime() {}
}
