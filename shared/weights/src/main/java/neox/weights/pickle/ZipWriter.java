package neox.weights.pickle;

import static neox.weights.pickle.ZipDirectory.MAX_32;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import neox.weights.Segments;
import neox.weights.TensorCopier;
import neox.weights.TensorSums;

/// Writes a zip archive as torch does: entries uncompressed, their bytes at multiples of 64, zip64
/// where sizes ask for it. Bytes are streamed; dates are fixed, so equal content gives equal files.
final class ZipWriter {
  private static final int ALIGNMENT = 64;
  private static final int PADDING_EXTRA = 0x4246;
  private static final short VERSION = 20;
  private static final short VERSION_64 = 45;
  private static final short NO_DATE = 0x21; // 1 January 1980
  private static final int MAX_16 = 0xFFFF;

  private record Entry(String name, long offset, long size, int crc) {
    Entry withCrc(int value) {
      return new Entry(name, offset, size, value);
    }

    byte[] nameBytes() {
      return name.getBytes(StandardCharsets.UTF_8);
    }
  }

  private final FileChannel channel;
  private final List<Entry> entries = new ArrayList<>();

  ZipWriter(FileChannel channel) {
    this.channel = channel;
  }

  void add(String name, byte[] bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    Entry entry = new Entry(name, channel.position(), bytes.length, (int) crc.getValue());
    Segments.writeFully(channel, localHeader(entry));
    Segments.writeFully(channel, ByteBuffer.wrap(bytes));
    entries.add(entry);
  }

  /// Adds the next tensor. Its header, which needs its checksum, is written when that is known.
  ///
  /// @return its digest
  String addNext(String name, TensorCopier copier) throws IOException {
    Entry open = new Entry(name, channel.position(), copier.nextBytes(), 0);
    Segments.writeFully(channel, localHeader(open));
    TensorSums sums = copier.copyNextWithSums(channel);
    Entry entry = open.withCrc((int) sums.crc());
    Segments.writeFully(channel, localHeader(entry), entry.offset());
    entries.add(entry);
    return sums.digest();
  }

  /// Writes the directory; nothing may be added after.
  void finish() throws IOException {
    long start = channel.position();
    for (Entry entry : entries) {
      Segments.writeFully(channel, centralHeader(entry));
    }
    long end = channel.position();
    boolean large = start >= MAX_32 || entries.size() >= MAX_16;
    ByteBuffer tail =
        buffer(
            ZipDirectory.END_64_BYTES + ZipDirectory.END_64_LOCATOR_BYTES + ZipDirectory.END_BYTES);
    if (large) {
      tail.putInt(ZipDirectory.END_64).putLong(ZipDirectory.END_64_BYTES - 12);
      tail.putShort(VERSION_64).putShort(VERSION_64).putInt(0).putInt(0);
      tail.putLong(entries.size()).putLong(entries.size()).putLong(end - start).putLong(start);
      tail.putInt(ZipDirectory.END_64_LOCATOR).putInt(0).putLong(end).putInt(1);
    }
    short count = (short) Math.min(entries.size(), MAX_16);
    tail.putInt(ZipDirectory.END).putInt(0).putShort(count).putShort(count);
    tail.putInt((int) Math.min(end - start, MAX_32)).putInt((int) Math.min(start, MAX_32));
    tail.putShort((short) 0);
    Segments.writeFully(channel, tail.flip());
  }

  private static ByteBuffer localHeader(Entry entry) {
    byte[] name = entry.nameBytes();
    long size = entry.size();
    boolean large = size >= MAX_32;
    int extra = large ? 4 + 2 * Long.BYTES : 0;
    long unpadded =
        entry.offset() + ZipDirectory.LOCAL_HEADER_BYTES + name.length + extra + 2 * Short.BYTES;
    int padding = (int) (Math.ceilDiv(unpadded, ALIGNMENT) * ALIGNMENT - unpadded);
    int extraLength = extra + 2 * Short.BYTES + padding;
    ByteBuffer header = buffer(ZipDirectory.LOCAL_HEADER_BYTES + name.length + extraLength);
    header.putInt(ZipDirectory.LOCAL_HEADER).putShort(large ? VERSION_64 : VERSION);
    header.putShort((short) 0).putShort((short) 0).putShort((short) 0).putShort(NO_DATE);
    header
        .putInt(entry.crc())
        .putInt((int) Math.min(size, MAX_32))
        .putInt((int) Math.min(size, MAX_32));
    header.putShort((short) name.length).putShort((short) extraLength).put(name);
    if (large) {
      header.putShort((short) ZipDirectory.ZIP64_EXTRA).putShort((short) (2 * Long.BYTES));
      header.putLong(size).putLong(size);
    }
    header.putShort((short) PADDING_EXTRA).putShort((short) padding);
    return header.position(header.limit()).flip();
  }

  private static ByteBuffer centralHeader(Entry entry) {
    byte[] name = entry.nameBytes();
    boolean large = entry.size() >= MAX_32;
    boolean far = entry.offset() >= MAX_32;
    int fields = (large ? 2 * Long.BYTES : 0) + (far ? Long.BYTES : 0);
    int extraLength = fields == 0 ? 0 : 2 * Short.BYTES + fields;
    ByteBuffer header = buffer(ZipDirectory.CENTRAL_HEADER_BYTES + name.length + extraLength);
    short version = fields == 0 ? VERSION : VERSION_64;
    header.putInt(ZipDirectory.CENTRAL_HEADER).putShort(version).putShort(version);
    header.putShort((short) 0).putShort((short) 0).putShort((short) 0).putShort(NO_DATE);
    int size = (int) Math.min(entry.size(), MAX_32);
    header.putInt(entry.crc()).putInt(size).putInt(size);
    header.putShort((short) name.length).putShort((short) extraLength);
    header.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
    header.putInt((int) Math.min(entry.offset(), MAX_32)).put(name);
    if (fields > 0) {
      header.putShort((short) ZipDirectory.ZIP64_EXTRA).putShort((short) fields);
      if (large) {
        header.putLong(entry.size()).putLong(entry.size());
      }
      if (far) {
        header.putLong(entry.offset());
      }
    }
    return header.flip();
  }

  private static ByteBuffer buffer(int capacity) {
    return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
  }
}
