package neox.preprocess.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.preprocess.journal.Fingerprint;

/// One file of the corpus, or standard input.
///
/// @param path empty for standard input and for remote files
/// @param size of what is read of it in bytes, 0 when unknown
/// @param slice which lines of it are read
/// @param remote the file, when it is not on disk
public record InputFile(
    Optional<Path> path,
    String name,
    InputFormat format,
    long size,
    Slice slice,
    Optional<RemoteInput> remote) {
  private static final String STDIN = "-";

  public InputFile(Optional<Path> path, String name, InputFormat format, long size) {
    this(path, name, format, size, Slice.WHOLE, Optional.empty());
  }

  public static InputFile of(RemoteInput remote) {
    InputFormat format =
        InputFormat.ofName(remote.name()).orElseThrow(() -> unreadable(remote.name()));
    return new InputFile(
        Optional.empty(), remote.name(), format, remote.size(), Slice.WHOLE, Optional.of(remote));
  }

  /// A part of this file.
  InputFile sliced(Slice part) {
    return new InputFile(path, name, format, part.length(size), part, remote);
  }

  /// Whether reading can begin in the middle, and so whether the file can be divided.
  boolean isSeekable() {
    return path.isPresent() && format == InputFormat.JSON_LINES;
  }

  /// What tells this file from another, or from itself after a change.
  public Fingerprint.SourceFile fingerprint() throws IOException {
    if (path.isEmpty()) {
      return new Fingerprint.SourceFile(name, size, 0);
    }
    long modifiedAt = Files.getLastModifiedTime(path.get()).toMillis();
    return new Fingerprint.SourceFile(name, Files.size(path.get()), modifiedAt);
  }

  /// The files that the arguments of `--input` stand for, in order. A directory stands for the
  /// files in it whose ending is known, sorted by name.
  public static List<InputFile> resolve(List<String> inputs) throws IOException {
    List<InputFile> files = new ArrayList<>();
    for (String input : inputs) {
      if (input.equals(STDIN)) {
        files.add(new InputFile(Optional.empty(), "stdin", InputFormat.JSON_LINES, 0));
      } else if (Files.isDirectory(Path.of(input))) {
        files.addAll(list(Path.of(input)));
      } else {
        files.add(file(Path.of(input)));
      }
    }
    if (files.stream().filter(file -> file.path().isEmpty()).count() > 1) {
      throw new UserException("--input: standard input (-) is given twice");
    }
    return files;
  }

  private static InputFile file(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw UserException.of("%s: no such file or directory", path);
    }
    InputFormat format =
        InputFormat.ofName(path.getFileName().toString())
            .orElseThrow(() -> unreadable(path.toString()));
    return new InputFile(Optional.of(path), path.toString(), format, Files.size(path));
  }

  private static List<InputFile> list(Path directory) throws IOException {
    List<Path> sorted;
    try (Stream<Path> entries = Files.list(directory)) {
      sorted = entries.filter(Files::isRegularFile).sorted(InputFile::byCodePoints).toList();
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
