import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;

/// Makes the class archive that a JVM has just dumped the same from every build: all that differs is
/// when soft references among the archived objects were last used, in milliseconds since the machine
/// was started (SoftReference.timestamp and clock), and the checksums over it. The JVM reads the
/// number when memory is short, to choose what to forget.
///
/// Where these times are is seen by comparing with a second dump, made of the same list a moment
/// later: what two dumps have in common is left alone. (To look for words that may be times would
/// now and then find part of a string.)
///
/// Layout: JDK 25's `FileMapHeader` and `FileMapRegion` (src/hotspot/share/cds/filemap.hpp).
///
/// Usage: java ForgetTime.java ARCHIVE SECOND_DUMP
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

  public static void main(String[] args) throws IOException {
    ByteBuffer archive = read(args[0]);
    forget(archive, read(args[1]), args[0]);
    Files.write(Path.of(args[0]), archive.array());
  }

  private static ByteBuffer read(String name) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(Path.of(name))).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void forget(ByteBuffer archive, ByteBuffer second, String name) {
    if (archive.getInt(0) != MAGIC || archive.getInt(VERSION_AT) != VERSION) {
      throw new IllegalStateException(name + ": not a class archive of JDK 25");
    }
    int region = REGIONS_AT + HEAP * REGION_SIZE;
    int from = Math.toIntExact(archive.getLong(region + FILE_OFFSET_AT));
    int length = Math.toIntExact(archive.getLong(region + USED_AT));
    check(name, "heap", archive.getInt(region), crc(archive, from, length));
    check(name, "header", archive.getInt(HEADER_CRC_AT), headerCrc(archive));

    long now = System.nanoTime() / 1_000_000;
    int times = 0;
    for (int at = from; at < from + length; at += Long.BYTES) {
      long word = archive.getLong(at);
      if (word != second.getLong(at)) {
        if (word <= 0 || word > now) {
          throw new IllegalStateException(name + ": two dumps differ in more than time");
        }
        archive.putLong(at, 0);
        second.putLong(at, 0);
        times++;
      }
    }
    if (times == 0) {
      throw new IllegalStateException(name + ": two dumps were made in the same millisecond");
    }
    for (ByteBuffer each : new ByteBuffer[] {archive, second}) {
      each.putInt(region, crc(each, from, length));
      each.putInt(HEADER_CRC_AT, headerCrc(each));
    }
    if (!archive.equals(second)) {
      throw new IllegalStateException(name + ": two dumps differ outside of archived objects");
    }
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
