package neox.preprocess.input;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import neox.base.UserException;

/// One of several parts of equal size of a corpus, so that each of several machines can do one. The
/// datasets of all parts in order, one behind the other, are the dataset of the whole.
///
/// The files are thought of as laid end to end and cut into ranges of bytes. A line of an
/// uncompressed file of JSON lines belongs to the range in which its first byte lies, and so does
/// any other file as a whole.
///
/// @param index from 0 on
/// @param count of all parts
public record Shard(int index, int count) {
  /// The only part.
  public static final Shard WHOLE = new Shard(0, 1);

  private static final int MAX_COUNT = 100_000; // five digits in the name

  public Shard {
    if (count < 1 || count > MAX_COUNT || index < 0 || index >= count) {
      throw UserException.of(
          "--shard: expected i/n with 0 <= i < n <= %d, found %d/%d", MAX_COUNT, index, count);
    }
  }

  public boolean isWhole() {
    return count == 1;
  }

  /// What tells the output of the parts apart.
  public String suffix() {
    return isWhole() ? "" : String.format(Locale.ROOT, "_%05d-of-%05d", index, count);
  }

  @Override
  public String toString() {
    return index + "/" + count;
  }

  /// The files, and parts of files, of this shard.
  public List<InputFile> of(List<InputFile> files) {
    if (isWhole()) {
      return files;
    }
    for (InputFile file : files) {
      if (file.path().isEmpty()) {
        String name = file.name().equals("stdin") ? "standard input" : file.name();
        throw UserException.of("--shard %s: %s cannot be divided; give files", this, name);
      }
    }
    long total = files.stream().mapToLong(InputFile::size).sum();
    long from = cut(total, index);
    long to =
        index + 1 == count ? Long.MAX_VALUE : cut(total, index + 1); // the last takes the rest
    List<InputFile> own = new ArrayList<>();
    long start = 0;
    for (InputFile file : files) {
      long end = start + file.size();
      if (file.isSeekable() && start < to && end > from) {
        Slice slice = new Slice(Math.max(0, from - start), to == Long.MAX_VALUE ? to : to - start);
        own.add(file.sliced(slice));
      } else if (!file.isSeekable() && start >= from && start < to) {
        own.add(file);
      }
      start = end;
    }
    return own;
  }

  /// Byte `total * i / count`, without overflow.
  private long cut(long total, int i) {
    return total / count * i + total % count * i / count;
  }
}
