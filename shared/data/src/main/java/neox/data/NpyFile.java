package neox.data;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import neox.base.AtomicFile;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.data.indexed.IndexFormat;

/// An array of integers in numpy's `.npy` format, version 1.0, C order, memory-mapped.
///
/// @param shape the length of each axis; the values lie in row-major order
public record NpyFile(List<Long> shape, IntegerArray values) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int PREAMBLE_BYTES = MAGIC.length + 2;
  private static final int ALIGNMENT = 64;
  private static final int ZEROS_BYTES = 1 << 20;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '([|<>=a-zA-Z0-9]{1,9})', 'fortran_order': (True|False),"
              + " 'shape': \\(((?:[0-9]{1,18}(?:, [0-9]{1,18})*,?)?)\\), \\}\\s*");

  public NpyFile {
    shape = List.copyOf(shape);
  }

  /// Maps a file read-only for the life of `arena`; [UserException] when it is something else.
  public static NpyFile open(Path file, Arena arena) throws IOException {
    try (FileChannel channel = NamedFiles.open(file, StandardOpenOption.READ)) {
      if (channel.size() < PREAMBLE_BYTES) {
        throw UserException.of("%s: not an .npy file", file);
      }
      MemorySegment whole = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      byte[] magic = whole.asSlice(0, MAGIC.length).toArray(ValueLayout.JAVA_BYTE);
      int headerBytes = whole.get(IndexFormat.SHORT, MAGIC.length) & 0xffff;
      long dataAt = PREAMBLE_BYTES + (long) headerBytes;
      if (!java.util.Arrays.equals(magic, MAGIC) || dataAt > whole.byteSize()) {
        throw UserException.of("%s: not an .npy file of version 1.0", file);
      }
      byte[] header = whole.asSlice(PREAMBLE_BYTES, headerBytes).toArray(ValueLayout.JAVA_BYTE);
      return parse(file, new String(header, StandardCharsets.US_ASCII), whole.asSlice(dataAt));
    }
  }

  private static NpyFile parse(Path file, String header, MemorySegment data) {
    Matcher matcher = HEADER.matcher(header);
    if (!matcher.matches() || matcher.group(2).equals("True")) {
      throw UserException.of("%s: not the .npy header of an array in C order", file);
    }
    IntegerArray.Element element =
        IntegerArray.Element.ofDescr(matcher.group(1))
            .orElseThrow(() ->
                UserException.of(
                    "%s: holds %s, expected integers (|u1, <i4, <u4 or <i8)",
                    file, matcher.group(1)));
    List<Long> shape = new ArrayList<>();
    for (String axis : matcher.group(3).split(",", -1)) {
      if (!axis.isBlank()) {
        shape.add(Long.parseLong(axis.strip()));
      }
    }
    long elements = data.byteSize() / element.bytes();
    if (!isProduct(shape, elements) || data.byteSize() % element.bytes() != 0) {
      throw UserException.of(
          "%s: %d bytes of data do not fit the shape %s of %d-byte numbers: damaged or cut short",
          file, data.byteSize(), shape, element.bytes());
    }
    return new NpyFile(shape, new IntegerArray(element, data));
  }

  private static boolean isProduct(List<Long> shape, long elements) {
    try {
      return elements(shape) == elements;
    } catch (ArithmeticException e) { // more than any file holds
      return false;
    }
  }

  /// Makes a file of zeros and maps it for writing; the caller fills it and commits.
  ///
  /// The zeros are really written: a full disk shows here, not as a crash in the mapping.
  static NpyFile create(
      AtomicFile file, IntegerArray.Element element, List<Long> shape, Arena arena)
      throws IOException {
    ByteBuffer header = ByteBuffer.wrap(header(element, shape));
    long dataAt = header.remaining();
    long dataBytes = Math.multiplyExact(elements(shape), (long) element.bytes());
    FileChannel channel = file.channel();
    writeFully(channel, header);
    ByteBuffer zeros = ByteBuffer.allocateDirect(ZEROS_BYTES);
    for (long left = dataBytes; left > 0; left -= zeros.limit()) {
      zeros.clear().limit((int) Math.min(left, ZEROS_BYTES));
      writeFully(channel, zeros);
    }
    MemorySegment whole = channel.map(FileChannel.MapMode.READ_WRITE, 0, dataAt + dataBytes, arena);
    return new NpyFile(shape, new IntegerArray(element, whole.asSlice(dataAt)));
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static byte[] header(IntegerArray.Element element, List<Long> shape) {
    String axes = shape.stream().map(Object::toString).collect(Collectors.joining(", "));
    String text =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s%s), }"
            .formatted(element.descr(), axes, shape.size() == 1 ? "," : "");
    int total = PREAMBLE_BYTES + text.length() + 1;
    int padding = Math.floorMod(-total, ALIGNMENT);
    byte[] rest = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocate(PREAMBLE_BYTES + rest.length)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) rest.length)
        .put(rest)
        .array();
  }

  private static long elements(List<Long> shape) {
    long product = 1;
    for (long axis : shape) {
      product = Math.multiplyExact(product, axis);
    }
    return product;
  }
}
