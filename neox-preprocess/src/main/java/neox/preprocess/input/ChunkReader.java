package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.preprocess.input.InputFile.Origin;
import neox.preprocess.journal.Place;

/// Reads the files of a corpus one after the other and cuts them into chunks.
///
/// Holds one chunk at a time. Used by one thread; [#consumed] may be read by others.
public final class ChunkReader implements AutoCloseable {
  private final List<InputFile> files;
  private final List<String> keys;
  private final InputStream stdin;
  private final RowLimit limit;
  private final AtomicLong consumed = new AtomicLong();
  private final Place start;
  private final Trust trust;
  private Place place;
  private Optional<ChunkSource> current = Optional.empty();
  private Optional<RawInput> raw = Optional.empty();
  private Optional<Chunk> pending = Optional.empty();

  /// Whether the file in which reading goes on is known to be the same as before.
  public enum Trust {
    UNCHANGED,
    CHECK
  }

  /// @param keys which texts are wanted of files that keep each apart
  public ChunkReader(List<InputFile> files, List<String> keys, InputStream stdin) {
    this(files, keys, stdin, RowLimit.ofHeap(), Place.START, Trust.CHECK);
  }

  private ChunkReader(
      List<InputFile> files,
      List<String> keys,
      InputStream stdin,
      RowLimit limit,
      Place start,
      Trust trust) {
    this.limit = limit;
    this.files = List.copyOf(files);
    this.keys = List.copyOf(keys);
    this.stdin = stdin;
    this.start = start;
    this.place = Place.startOf(start.file());
    this.trust = trust;
    files.subList(0, Math.min(start.file(), files.size())).stream()
        .mapToLong(InputFile::size)
        .forEach(consumed::addAndGet);
  }

  /// From the start, with rows of another length.
  static ChunkReader limited(List<InputFile> files, List<String> keys, RowLimit limit) {
    return new ChunkReader(
        files, keys, InputStream.nullInputStream(), limit, Place.START, Trust.CHECK);
  }

  /// Goes on at `start`. What comes before it in its file is compared with what was read then,
  /// unless the file can be trusted to be the same.
  public static ChunkReader resume(
      List<InputFile> files, List<String> keys, InputStream stdin, Place start, Trust trust) {
    return new ChunkReader(files, keys, stdin, RowLimit.ofHeap(), start, trust);
  }

  /// The next chunk in the order of the input; empty at the end.
  public Optional<Chunk> next() throws IOException {
    while (place.file() < files.size()) {
      if (current.isEmpty()) {
        Optional<Chunk> lost = begin(files.get(place.file()));
        if (lost.isPresent()) {
          place = Place.startOf(place.file() + 1);
          return lost;
        }
      }
      Optional<Chunk> chunk = pending.isPresent() ? pending : read();
      pending = Optional.empty();
      if (chunk.isEmpty()) {
        finish();
        close();
        place = Place.startOf(place.file() + 1);
      } else {
        place = behind(chunk.get());
        return chunk;
      }
    }
    return Optional.empty();
  }

  /// Where the chunk that was returned last ends.
  public Place place() {
    return place;
  }

  private Place behind(Chunk chunk) {
    if (chunk instanceof Chunk.Lost) {
      return Place.startOf(place.file() + 1);
    }
    LinePlace at = chunk.end();
    int checksum = chunk.extend(place.checksum(), chunk.units());
    long units = place.units() + chunk.units();
    return new Place(place.file(), units, at.offset(), at.lines(), checksum);
  }

  /// The file's last document has been read, unless the file turned out to be damaged.
  private void finish() throws IOException {
    if (raw.isPresent()) {
      raw.get().finished();
    }
  }

  /// Opens a file; returns what is wrong with its head.
  private Optional<Chunk> begin(InputFile file) throws IOException {
    boolean resumed = start.file() == place.file() && start.units() > 0;
    boolean seeks = resumed && trust == Trust.UNCHANGED && file.isSeekable();
    try {
      current = Optional.of(open(file, seeks));
    } catch (IOException e) {
      return Optional.of(lost(file.name(), "damaged, or not what its name says", "", e));
    }
    if (seeks) {
      consumed.addAndGet(start.offset() - file.slice().from());
      place = start;
    } else if (resumed) {
      skip(file);
    }
    return Optional.empty();
  }

  private ChunkSource open(InputFile file, boolean seeks) throws IOException {
    Optional<LinePlace> goOn =
        seeks ? Optional.of(new LinePlace(start.offset(), start.lines())) : Optional.empty();
    RawInput input =
        new RawInput(file.name(), bytes(file), consumed, file.slice(), goOn, keys, limit);
    raw = Optional.of(input);
    boolean rows = file.format() == InputFormat.JSON_LINES;
    return rows && isStream(file) ? InputFormat.openRows(input) : file.format().open(input);
  }

  private RawInput.Bytes bytes(InputFile file) {
    return switch (file.origin()) {
      case Origin.OnDisk disk -> new RawInput.Bytes.OnDisk(disk.path());
      case Origin.Remote remote -> new RawInput.Bytes.Remote(remote.input());
      case Origin.Pipe pipe ->
          new RawInput.Bytes.Streamed(() -> NamedFiles.newInputStream(pipe.path()));
      case Origin.Stdin standard -> new RawInput.Bytes.Streamed(() -> stdin);
    };
  }

  private static boolean isStream(InputFile file) {
    return file.origin() instanceof Origin.Pipe || file.origin() instanceof Origin.Stdin;
  }

  /// Reads what was dealt with before and leaves it out.
  private void skip(InputFile file) throws IOException {
    long units = 0;
    int checksum = 0;
    while (units < start.units()) {
      Optional<Chunk> chunk = read();
      if (chunk.isEmpty() || chunk.get() instanceof Chunk.Lost) {
        throw changed(file);
      }
      long taken = Math.min(chunk.get().units(), start.units() - units);
      checksum = chunk.get().extend(checksum, taken);
      units += taken;
      if (taken < chunk.get().units()) {
        pending = Optional.of(chunk.get().from(taken));
      }
    }
    if (checksum != start.checksum()) {
      throw changed(file);
    }
    place = start;
  }

  private static UserException changed(InputFile file) {
    return UserException.of(
        "--resume: %s does not begin with what was read from it before; give --overwrite without"
            + " --resume to begin again",
        file.name());
  }

  private Optional<Chunk> read() throws IOException {
    ChunkSource source = current.orElseThrow();
    try {
      return source.next();
    } catch (IOException e) {
      ChunkSource.Position position = source.position();
      Chunk lost = lost(position.place(), "damaged or cut short after ", position.done(), e);
      close();
      return Optional.of(lost);
    }
  }

  /// A failing disk is the environment's fault and ends the run; the rest is the file's.
  private static Chunk lost(String place, String damaged, String done, IOException e)
      throws IOException {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof RawInput.Unreadable unreadable) {
        throw unreadable;
      }
      if (cause instanceof FileSystemException missing) {
        throw missing;
      }
      if (cause instanceof Unsupported unsupported) {
        return new Chunk.Lost(Problem.of(place, unsupported.why()));
      }
    }
    String why = Objects.requireNonNullElse(e.getMessage(), "it ends too early");
    String line = why.lines().findFirst().orElse(why);
    return new Chunk.Lost(Problem.of(place, damaged + done + ": " + line));
  }

  /// Bytes taken from files so far, before decompression.
  public long consumed() {
    return consumed.get();
  }

  @Override
  public void close() throws IOException {
    if (current.isPresent()) {
      current.get().close();
    }
    current = Optional.empty();
  }
}
