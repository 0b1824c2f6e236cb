package neox.preprocess.parquet;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import neox.preprocess.parquet.PageHeader.Kind;

/// Reads one column of a row group, page by page.
///
/// Holds one page and the column's dictionary.
final class PageReader {
  private static final int PLAIN = 0;
  private static final int PLAIN_DICTIONARY = 2;
  private static final int DELTA_LENGTH = 6;
  private static final int DELTA_PREFIX = 7;
  private static final int DICTIONARY = 8;
  private static final int BYTES_PER_ENTRY = 16;

  private final ChunkStream in;
  private final TextField field;
  private final Codec codec;
  private final int most;
  private Optional<Slices> dictionary = Optional.empty();
  private long entriesLeft;

  /// @param most bytes of a page that may be in memory at once
  PageReader(FileChannel channel, FileLayout.ColumnChunk chunk, TextField field, int most)
      throws IOException {
    if (chunk.elsewhere()) {
      throw ParquetException.notRead("keeps its columns in other files, which is not read");
    }
    boolean inside = chunk.start() >= 0 && chunk.length() <= channel.size() - chunk.start();
    if (!inside || chunk.length() < 0 || chunk.values() < 0) {
      throw new ParquetException("damaged: a column without a place");
    }
    this.in = new ChunkStream(channel, chunk.start(), chunk.length());
    this.codec = Codec.of(chunk.codec());
    this.field = field;
    this.most = most;
    this.entriesLeft = chunk.values();
  }

  /// The next page; empty after the last.
  Optional<Page> next() throws IOException {
    while (entriesLeft > 0) {
      PageHeader header = PageHeader.read(in);
      if (Math.max(header.compressedBytes(), header.uncompressedBytes()) > most) {
        return Optional.of(unread(header));
      }
      byte[] body = in.readNBytes(header.compressedBytes());
      if (body.length < header.compressedBytes()) {
        throw cutShort();
      }
      check(header, body);
      switch (header.kind()) {
        case DICTIONARY ->
            dictionary = Optional.of(Slices.plain(whole(header, body), 0, header.values()));
        case INDEX -> {}
        case DATA, DATA_V2 -> {
          count(header);
          return Optional.of(
              header.kind() == Kind.DATA ? data(header, body) : dataV2(header, body));
        }
      }
    }
    return Optional.empty();
  }

  private static ParquetException cutShort() {
    return new ParquetException("a page that is cut short");
  }

  private void count(PageHeader header) throws ParquetException {
    if (header.values() > entriesLeft) {
      throw Slices.damaged();
    }
    if (header.values() > most / BYTES_PER_ENTRY) {
      throw ParquetException.notRead("a page of %d entries", header.values());
    }
    entriesLeft -= header.values();
  }

  /// Passes over a page that is too large; each of its entries stands for a row.
  private Page unread(PageHeader header) throws IOException {
    boolean rows = header.kind() == Kind.DATA || header.kind() == Kind.DATA_V2;
    if (!rows || field.isList()) {
      throw ParquetException.notRead(
          "a page of %.1f MB needs more than the Java heap; raise it with NEOX_JAVA_OPTS=-Xmx4g or"
              + " the like",
          header.uncompressedBytes() / 1e6);
    }
    count(header);
    try {
      in.skipNBytes(header.compressedBytes());
    } catch (EOFException e) {
      throw cutShort();
    }
    return new Page(
        header.values(), new byte[0], new byte[0], Slices.NONE, header.uncompressedBytes());
  }

  private static void check(PageHeader header, byte[] body) throws ParquetException {
    if (header.checksum().isPresent()) {
      CRC32 sum = new CRC32();
      sum.update(body);
      if ((int) sum.getValue() != header.checksum().getAsInt()) {
        throw new ParquetException("a damaged page: its checksum does not match");
      }
    }
  }

  private byte[] whole(PageHeader header, byte[] body) throws IOException {
    return codec.decompress(body, 0, body.length, header.uncompressedBytes());
  }

  /// Levels with their lengths, then values, all compressed together.
  private Page data(PageHeader header, byte[] body) throws IOException {
    byte[] page = whole(header, body);
    int at = 0;
    byte[] repetition = new byte[header.values()];
    if (field.isList()) {
      at = levels(page, at, repetition, 1);
    }
    byte[] definition = new byte[header.values()];
    if (field.maxDefinition() > 0) {
      at = levels(page, at, definition, field.maxDefinition());
    }
    return page(header, page, at, repetition, definition);
  }

  private static int levels(byte[] page, int start, byte[] levels, int most)
      throws ParquetException {
    if (page.length - start < 4) {
      throw Slices.damaged();
    }
    int length = Slices.littleEndian(page, start);
    if (length < 0 || length > page.length - start - 4) {
      throw new ParquetException("levels in an encoding that is not read (or damaged)");
    }
    decode(page, start + 4, start + 4 + length, levels, most);
    return start + 4 + length;
  }

  private static void decode(byte[] bytes, int from, int to, byte[] levels, int most)
      throws ParquetException {
    int width = Integer.SIZE - Integer.numberOfLeadingZeros(most);
    RunLengths runs = new RunLengths(bytes, from, to, width);
    for (int i = 0; i < levels.length; i++) {
      int level = runs.next();
      if (level > most) {
        throw Slices.damaged();
      }
      levels[i] = (byte) level;
    }
  }

  /// Levels as they are, then compressed values.
  private Page dataV2(PageHeader header, byte[] body) throws IOException {
    int definitionAt = header.repetitionBytes();
    int valuesAt = definitionAt + header.definitionBytes();
    byte[] repetition = new byte[header.values()];
    if (field.isList()) {
      decode(body, 0, definitionAt, repetition, 1);
    }
    byte[] definition = new byte[header.values()];
    if (field.maxDefinition() > 0) {
      decode(body, definitionAt, valuesAt, definition, field.maxDefinition());
    }
    int length = header.uncompressedBytes() - valuesAt;
    byte[] values =
        header.compressed() && length > 0
            ? codec.decompress(body, valuesAt, body.length, length)
            : Arrays.copyOfRange(body, valuesAt, body.length);
    return page(header, values, 0, repetition, definition);
  }

  private Page page(PageHeader header, byte[] bytes, int at, byte[] repetition, byte[] definition)
      throws ParquetException {
    int count = 0;
    for (byte level : definition) {
      count += level == field.maxDefinition() ? 1 : 0;
    }
    Slices values = count == 0 ? Slices.NONE : values(header.encoding(), bytes, at, count);
    if (values.count() != count) {
      throw Slices.damaged();
    }
    return new Page(header.values(), repetition, definition, values, 0);
  }

  private Slices values(int encoding, byte[] bytes, int at, int count) throws ParquetException {
    return switch (encoding) {
      case PLAIN -> Slices.plain(bytes, at, count);
      case PLAIN_DICTIONARY, DICTIONARY ->
          dictionary
              .orElseThrow(() -> new ParquetException("damaged: a page without its dictionary"))
              .choose(bytes, at, count);
      case DELTA_LENGTH -> Slices.deltaLength(bytes, at, count);
      case DELTA_PREFIX -> Slices.deltaPrefix(bytes, at, count, most);
      default ->
          throw ParquetException.notRead("strings in encoding %d, which is not read", encoding);
    };
  }
}
