package neox.preprocess.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.FileKind;
import neox.base.UserException;
import neox.preprocess.journal.Fingerprint;

/// One file of the corpus, or standard input.
///
/// @param size of what is read of it in bytes, 0 when unknown
/// @param slice which lines of it are read
public record InputFile(Origin origin, String name, InputFormat format, long size, Slice slice) {
  private static final String STDIN = "-";

  /// Where its bytes are.
  public sealed interface Origin {
    /// A regular file.
    record OnDisk(Path path) implements Origin {}

    /// Standard input: rows, plain or compressed.
    record Stdin() implements Origin {}

    /// A named pipe: what its name says, or as standard input.
    record Pipe(Path path) implements Origin {}

    /// Another machine.
    record Remote(RemoteInput input) implements Origin {}
  }

  /// All of it.
  public InputFile(Origin origin, String name, InputFormat format, long size) {
    this(origin, name, format, size, Slice.WHOLE);
  }

  public static InputFile of(RemoteInput remote) {
    InputFormat format =
        InputFormat.ofName(remote.name()).orElseThrow(() -> unreadable(remote.name()));
    return new InputFile(new Origin.Remote(remote), remote.name(), format, remote.size());
  }

  /// A part of this file.
  InputFile sliced(Slice part) {
    return new InputFile(origin, name, format, part.length(size), part);
  }

  /// Where it lies on disk; empty unless it is a regular file.
  public Optional<Path> path() {
    return origin instanceof Origin.OnDisk disk ? Optional.of(disk.path()) : Optional.empty();
  }

  /// Whether its length is known before it is read.
  public boolean isSized() {
    return path().isPresent() || size > 0;
  }

  /// Whether reading can begin in the middle, and so whether the file can be divided.
  boolean isSeekable() {
    return path().isPresent() && format == InputFormat.JSON_LINES;
  }

  /// What tells this file from another, or from itself after a change.
  public Fingerprint.SourceFile fingerprint() throws IOException {
    if (path().isEmpty()) {
      return new Fingerprint.SourceFile(name, size, 0);
    }
    Path path = path().get();
    long modifiedAt = Files.getLastModifiedTime(path).toMillis();
    return new Fingerprint.SourceFile(name, Files.size(path), modifiedAt);
  }

  /// The files that the arguments of `--input` stand for, in order. A directory stands for the
  /// files in it whose ending is known, sorted by name.
  public static List<InputFile> resolve(List<String> inputs) throws IOException {
    List<InputFile> files = new ArrayList<>();
    for (String input : inputs) {
      if (input.equals(STDIN)) {
        files.add(new InputFile(new Origin.Stdin(), "stdin", InputFormat.JSON_LINES, 0));
      } else if (Files.isDirectory(Path.of(input))) {
        files.addAll(list(Path.of(input)));
      } else {
        files.add(file(Path.of(input)));
      }
    }
    if (files.stream().filter(file -> file.origin() instanceof Origin.Stdin).count() > 1) {
      throw new UserException("--input: standard input (-) is given twice");
    }
    return files;
  }

  private static InputFile file(Path path) throws IOException {
    FileKind kind =
        FileKind.require(path, "a file or a pipe of text", FileKind.REGULAR, FileKind.PIPE);
    String name = path.toString();
    Optional<InputFormat> format = InputFormat.ofName(String.valueOf(path.getFileName()));
    if (kind == FileKind.PIPE) {
      return pipe(path, format.orElse(InputFormat.JSON_LINES));
    }
    return new InputFile(
        new Origin.OnDisk(path),
        name,
        format.orElseThrow(() -> unreadable(name)),
        Files.size(path));
  }

  private static InputFile pipe(Path path, InputFormat format) {
    if (format.isReadFromTheBack()) {
      throw UserException.of(
          "%s: a pipe, but this format is read from its end; write it to a file and give that",
          path);
    }
    return new InputFile(new Origin.Pipe(path), path.toString(), format, 0);
  }

  private static List<InputFile> list(Path directory) throws IOException {
    List<Path> sorted;
    try (Stream<Path> entries = Files.list(directory)) {
      // What is no file either, such as a link to one that is gone, must not be passed over.
      sorted =
          entries
              .filter(entry -> !Files.isDirectory(entry))
              .sorted(InputFile::byCodePoints)
              .toList();
    }
    List<InputFile> files = new ArrayList<>();
    for (Path path : sorted) {
      String name = path.getFileName().toString();
      if (InputFormat.unreadableCorpus(name)) {
        throw unreadable(path.toString());
      }
      if (InputFormat.ofName(name).isPresent()) {
        files.add(file(path));
      }
    }
    if (files.isEmpty()) {
      throw UserException.of(
          "%s: no file to read in this directory; files ending in %s are read",
          directory, InputFormat.endings());
    }
    return files;
  }

  /// Python's order of strings; Java's own differs beyond the basic plane.
  private static int byCodePoints(Path a, Path b) {
    return java.util.Arrays.compare(
        a.getFileName().toString().codePoints().toArray(),
        b.getFileName().toString().codePoints().toArray());
  }

  private static UserException unreadable(String name) {
    return UserException.of(
        "%s: this kind of file is not read; expected a name ending in %s (or - for standard"
            + " input)",
        name, InputFormat.endings());
  }
}
