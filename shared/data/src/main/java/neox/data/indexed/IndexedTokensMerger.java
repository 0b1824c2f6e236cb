package neox.data.indexed;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import neox.base.AtomicFile;
import neox.base.NamedFiles;
import neox.base.UserException;

/// Joins datasets into one, in the order given.
///
/// The tokens are copied file to file by the operating system, the index is streamed: memory does
/// not grow with the data. All inputs are checked before anything is written, and the output
/// appears complete or not at all, `.idx` last.
public final class IndexedTokensMerger implements AutoCloseable {

  /// What to do with inputs that store tokens in different widths.
  public enum Widths {
    /// They are refused.
    EQUAL,
    /// Every token is written as int32.
    WIDEN
  }

  private final List<MergeSource> sources;
  private final TokenWidth width;

  private IndexedTokensMerger(List<MergeSource> sources, TokenWidth width) {
    this.sources = List.copyOf(sources);
    this.width = width;
  }

  /// Opens and checks all inputs; [UserException] when one is damaged or does not fit the others.
  ///
  /// @param log is told of inputs that lack what others have
  public static IndexedTokensMerger open(List<Path> prefixes, Widths widths, Consumer<String> log)
      throws IOException {
    if (prefixes.isEmpty()) {
      throw new IllegalArgumentException("nothing to merge");
    }
    List<MergeSource> sources = new ArrayList<>();
    try {
      for (Path prefix : prefixes) {
        MergeSource source = MergeSource.open(prefix);
        sources.add(source);
        if (source.lacksDocuments()) {
          log.accept(
              source.index().file()
                  + ": names no documents (GPT-NeoX's merge leaves them out): each of its items"
                  + " becomes one");
        }
      }
      return new IndexedTokensMerger(sources, width(sources, widths));
    } catch (IOException | RuntimeException e) {
      sources.forEach(MergeSource::close);
      throw e;
    }
  }

  private static TokenWidth width(List<MergeSource> sources, Widths widths) {
    TokenIndex first = sources.getFirst().index();
    for (MergeSource source : sources) {
      TokenIndex other = source.index();
      if (other.width() == first.width()) {
        continue;
      }
      if (widths == Widths.EQUAL) {
        throw UserException.of(
            "%s holds %s and %s holds %s; preprocess them with one vocabulary, or give --widen to"
                + " write int32",
            first.file(), first.width(), other.file(), other.width());
      }
      requireInt32(first);
      requireInt32(other);
    }
    boolean equal = sources.stream().allMatch(source -> source.index().width() == first.width());
    return equal ? first.width() : TokenWidth.INT32;
  }

  private static void requireInt32(TokenIndex index) {
    if (!index.width().holdsIntegers() || index.width().bytes() > TokenWidth.INT32.bytes()) {
      throw UserException.of(
          "%s holds %s, which does not fit into int32", index.file(), index.width());
    }
  }

  /// Writes the merged dataset, in place of one that is there.
  ///
  /// @param progress is told how many bytes of tokens have been read
  public void write(Path output, LongConsumer progress) throws IOException {
    refuseInput(output);
    try (AtomicFile bin = AtomicFile.create(IndexFormat.bin(output));
        AtomicFile idx = AtomicFile.create(IndexFormat.idx(output))) {
      writeTokens(bin.channel(), progress);
      writeIndex(idx.channel());
      // A crash between the renames must not leave an old index beside new tokens.
      Files.deleteIfExists(IndexFormat.idx(output));
      bin.commit();
      idx.commit();
    }
  }

  private void refuseInput(Path output) throws IOException {
    for (MergeSource source : sources) {
      Path file = source.index().file();
      Path target = IndexFormat.idx(output);
      if (Files.exists(target) && Files.isSameFile(file, target)) {
        throw UserException.of(
            "%s is an input of this merge and its output, too; give another --output-prefix",
            output);
      }
    }
  }

  private void writeTokens(FileChannel out, LongConsumer progress) throws IOException {
    long done = 0;
    for (MergeSource source : sources) {
      if (source.index().width() == width) {
        for (Path bin : source.bins()) {
          done = copy(bin, out, done, progress);
        }
      } else {
        widen(source, out);
        done += source.index().binBytes();
        progress.accept(done);
      }
    }
  }

  private static long copy(Path bin, FileChannel out, long doneBefore, LongConsumer progress)
      throws IOException {
    long done = doneBefore;
    long step = 1L << 27; // so that progress is seen
    try (FileChannel in = NamedFiles.open(bin, StandardOpenOption.READ)) {
      long length = in.size();
      for (long at = 0; at < length; ) {
        long moved = in.transferTo(at, Math.min(step, length - at), out);
        if (moved == 0) {
          throw new IOException(bin + ": became shorter while it was read");
        }
        at += moved;
        done += moved;
        progress.accept(done);
      }
    }
    return done;
  }

  private static void widen(MergeSource source, FileChannel out) throws IOException {
    LittleEndianSink sink = new LittleEndianSink(out);
    try (BinReader tokens = new BinReader(source.bins(), source.index().width())) {
      for (long left = source.index().tokens(); left > 0; left--) {
        sink.putInt(tokens.next());
      }
    }
    sink.flush();
  }

  private void writeIndex(FileChannel out) throws IOException {
    LittleEndianSink sink = new LittleEndianSink(out);
    for (byte b : IndexFormat.MAGIC) {
      sink.putByte(b);
    }
    sink.putLong(IndexFormat.VERSION);
    sink.putByte(width.code());
    sink.putLong(items());
    sink.putLong(documents() + 1);
    for (MergeSource source : sources) {
      for (long item = 0; item < source.index().items(); item++) {
        sink.putInt(source.index().size(item));
      }
    }
    long pointer = 0;
    for (MergeSource source : sources) {
      for (long item = 0; item < source.index().items(); item++) {
        sink.putLong(pointer);
        pointer += (long) source.index().size(item) * width.bytes();
      }
    }
    writeDocuments(sink);
    sink.flush();
  }

  private void writeDocuments(LittleEndianSink sink) throws IOException {
    sink.putLong(0);
    long itemsBefore = 0;
    for (MergeSource source : sources) {
      boolean itemsAreDocuments = source.lacksDocuments();
      for (long document = 1; document <= source.documents(); document++) {
        long end = itemsAreDocuments ? document : source.index().documentEntry(document);
        sink.putLong(itemsBefore + end);
      }
      itemsBefore += source.index().items();
    }
  }

  /// Documents of all inputs.
  public long documents() {
    return sources.stream().mapToLong(MergeSource::documents).sum();
  }

  private long items() {
    return sources.stream().mapToLong(source -> source.index().items()).sum();
  }

  /// Tokens of all inputs.
  public long tokens() {
    return sources.stream().mapToLong(source -> source.index().tokens()).sum();
  }

  /// Bytes of the `.bin` files of all inputs.
  public long inputBytes() {
    return sources.stream().mapToLong(source -> source.index().binBytes()).sum();
  }

  /// How the output stores a token.
  public TokenWidth width() {
    return width;
  }

  @Override
  public void close() {
    sources.forEach(MergeSource::close);
  }
}
