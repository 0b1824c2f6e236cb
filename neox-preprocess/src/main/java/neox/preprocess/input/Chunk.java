package neox.preprocess.input;

import java.util.Arrays;
import java.util.List;
import neox.preprocess.journal.Checksum;

/// A piece of the input that one worker handles alone.
///
/// Where chunks begin and end follows from the content of a file alone, in units that a later run
/// finds again: bytes of lines, or documents.
public sealed interface Chunk {
  /// How much of the file this is.
  long units();

  /// How many bytes lie in memory.
  long bytes();

  /// Where the next line begins, if this is of lines.
  LinePlace end();

  /// The checksum of everything summed before and the first `units` of this.
  int extend(int checksum, long units);

  /// What follows the first `units`.
  Chunk from(long units);

  /// Whole lines of a file, each a document.
  ///
  /// @param at where the first of them begins
  /// @param end where the line behind the last one begins: so many of the bytes count
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Lines(LineSource source, LinePlace at, LinePlace end, LineForm form, byte[] bytesOfLines)
      implements Chunk {
    /// The first `length` bytes, which begin at `at`.
    static Lines of(LineSource source, LinePlace at, LineForm form, byte[] bytes, int length) {
      return new Lines(source, at, at.after(bytes, length), form, bytes);
    }

    public int length() {
      return (int) (end.offset() - at.offset());
    }

    @Override
    public long units() {
      return length();
    }

    @Override
    public long bytes() {
      return bytesOfLines.length;
    }

    @Override
    public int extend(int checksum, long units) {
      return Checksum.extend(checksum, bytesOfLines, 0, (int) units);
    }

    @Override
    public Lines from(long units) {
      int cut = (int) units;
      byte[] rest = Arrays.copyOfRange(bytesOfLines, cut, length());
      return new Lines(source, at.after(bytesOfLines, cut), end, form, rest);
    }
  }

  /// What a line is.
  enum LineForm {
    /// A JSON row.
    JSON,
    /// A text, and its line feed belongs to it.
    TEXT
  }

  /// Documents that know where they end.
  record Documents(List<Document> documents) implements Chunk {
    private static final long OVERHEAD_BYTES = 128;

    @Override
    public LinePlace end() {
      return LinePlace.START;
    }

    @Override
    public long units() {
      return documents.size();
    }

    @Override
    public long bytes() {
      return documents.stream().mapToLong(d -> d.content().length + OVERHEAD_BYTES).sum();
    }

    @Override
    public int extend(int checksum, long units) {
      int sum = checksum;
      for (Document document : documents.subList(0, (int) units)) {
        sum = Checksum.extend(sum, document.content(), 0, document.content().length);
      }
      return sum;
    }

    @Override
    public Documents from(long units) {
      return new Documents(documents.subList((int) units, documents.size()));
    }
  }

  /// One line that is longer than a row may be, of which only this is kept. It is told twice: as
  /// soon as it is too long, for it may have no end, and when its end was found.
  ///
  /// @param end where the line behind it begins; where itself begins while that is not known
  /// @param length how many bytes of it were seen
  /// @param checksum of its bytes, 0 while its end is not known
  record TooLong(LineSource source, LinePlace at, LinePlace end, long length, int checksum)
      implements Chunk {
    public Problem problem() {
      long line = source.line(at.lines() + 1);
      return Problem.atLine(source.name(), line, RowLimit.problem(length));
    }

    /// Whether its end was found.
    public boolean isWhole() {
      return units() > 0;
    }

    @Override
    public long units() {
      return end.offset() - at.offset();
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public int extend(int checksumBefore, long units) {
      return Checksum.join(checksumBefore, checksum, units);
    }

    /// Work never stops inside a line.
    @Override
    public TooLong from(long units) {
      return this;
    }
  }

  /// The rest of a file that cannot be read.
  ///
  /// @param problem the file, how far it was read, and what is wrong
  record Lost(Problem problem) implements Chunk {
    @Override
    public LinePlace end() {
      return LinePlace.START;
    }

    @Override
    public long units() {
      return 0;
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public int extend(int checksum, long units) {
      return checksum;
    }

    @Override
    public Lost from(long units) {
      return this;
    }
  }
}
