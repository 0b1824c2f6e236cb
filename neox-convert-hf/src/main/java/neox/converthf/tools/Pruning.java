package neox.converthf.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.weights.neox.EmaFile;
import neox.weights.neox.SlimState;
import neox.weights.neox.StoredLayout;

/// What of a checkpoint is left out.
///
/// @param checkpoint its `global_stepN` directory
/// @param dropped files that are left out whole
/// @param slimmed files that are written again without their optimizer
record Pruning(Path checkpoint, List<Path> dropped, List<Path> slimmed) {
  /// What becomes of the average of the weights.
  enum Average {
    KEPT,
    DROPPED
  }

  /// How files that stay get there.
  enum Copies {
    /// As other names of the same files, where the file system can.
    LINKED,
    APART
  }

  static Pruning of(Path checkpoint, Average average) throws IOException {
    if (StoredLayout.of(checkpoint).partitioned()) {
      throw UserException.of(
          "%s: its weights are in the optimizer's files (ZeRO 3); slim ones are written by:"
              + " neox-convert-hf merge %s --output-dir DIR",
          checkpoint, checkpoint);
    }
    List<Path> dropped = new ArrayList<>(StoredLayout.optimizerFiles(checkpoint));
    if (average == Average.DROPPED && EmaFile.isIn(checkpoint)) {
      dropped.add(checkpoint.resolve(EmaFile.NAME));
    }
    return new Pruning(checkpoint, dropped, SlimState.fat(checkpoint));
  }

  boolean isNothing() {
    return dropped.isEmpty() && slimmed.isEmpty();
  }

  /// Writes what is left into a directory.
  Result write(Path directory, Copies copies) throws IOException {
    List<String> leftOut = new ArrayList<>();
    long before = 0;
    try (Stream<Path> tree = Files.walk(checkpoint)) {
      for (Path path : tree.sorted().toList()) {
        Path to = directory.resolve(checkpoint.relativize(path).toString());
        if (Files.isDirectory(path)) {
          Files.createDirectories(to);
          continue;
        }
        before += Files.size(path);
        if (slimmed.contains(path)) {
          leftOut.addAll(SlimState.write(path, to));
        } else if (!dropped.contains(path)) {
          copy(path, to, copies);
        }
      }
    }
    return new Result(before, size(directory), leftOut.stream().distinct().toList());
  }

  private static void copy(Path from, Path to, Copies copies) throws IOException {
    switch (copies) {
      case APART -> NamedFiles.copy(from, to);
      case LINKED -> {
        try {
          Files.createLink(to, from);
        } catch (IOException | UnsupportedOperationException e) {
          NamedFiles.copy(from, to); // a file system without such names
        }
      }
    }
  }

  private static long size(Path directory) throws IOException {
    long bytes = 0;
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(path);
      }
    }
    return bytes;
  }

  /// What has been left out.
  ///
  /// @param leftOut entries of rewritten files that are objects of Python
  record Result(long before, long after, List<String> leftOut) {
    void tell(Path checkpoint, Console console) {
      console.info(
          "%s: %s bytes of %s",
          checkpoint,
          String.format(Locale.ROOT, "%,d", after),
          String.format(Locale.ROOT, "%,d", before));
      if (!leftOut.isEmpty()) {
        console.warn(
            "%s: left out, too, for they are objects of Python: %s; GPT-NeoX goes on without them"
                + " with no_load_rng: true",
            checkpoint, String.join(", ", leftOut));
      }
    }
  }
}
