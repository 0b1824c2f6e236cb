package neox.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.table.Origin;
import neox.config.table.Problems;

/// One file of a configuration, read once and as a stream: it may be a pipe, as `<(command)` is.
///
/// @param name under which its text is kept in checkpoints
record ConfigText(Path path, String name, String text) {
  /// A hundred times the largest configuration known; a larger file is something else (a corpus, a
  /// checkpoint, `/dev/zero`), and reading it as YAML would take minutes and gigabytes.
  private static final int MOST_BYTES = 4 << 20;

  /// All files of a configuration; every one that cannot be read is reported to `problems`.
  static List<ConfigText> read(ConfigSource source, Problems problems) {
    Map<String, Path> names = new LinkedHashMap<>();
    Map<String, ConfigText> texts = new LinkedHashMap<>();
    for (Path path : source.paths()) {
      String name = nameOf(path);
      Path sameName = names.putIfAbsent(name, path);
      problems.announce(path.toString());
      if (sameName == null) {
        read(path, source, problems)
            .ifPresent(text -> texts.put(name, new ConfigText(path, name, text)));
      } else if (!isSame(sameName, path)) {
        problems.add(
            new Origin(path.toString(), 0),
            "same file name as %s; give them different names, both go into each checkpoint",
            sameName);
      }
    }
    return List.copyOf(texts.values());
  }

  private static String nameOf(Path path) {
    Path last = path.getFileName();
    String name = last == null ? path.toString() : last.toString();
    return name.endsWith(".yml") || name.endsWith(".json") ? name : name + ".yml";
  }

  private static boolean isSame(Path first, Path again) {
    try {
      return Files.isSameFile(first, again);
    } catch (IOException e) {
      return false; // one of them is missing, which is reported
    }
  }

  private static Optional<String> read(Path path, ConfigSource source, Problems problems) {
    String problem;
    try {
      if (Files.isDirectory(path)) {
        problem = "a directory, expected a .yml file";
      } else {
        byte[] bytes = bytes(path);
        if (bytes.length <= MOST_BYTES) {
          return Optional.of(decode(bytes));
        }
        problem = "larger than 4 MiB, so not a configuration";
      }
    } catch (NoSuchFileException e) {
      problem = "no such configuration file" + missingHint(path, source);
    } catch (CharacterCodingException e) {
      problem = "not UTF-8 text";
    } catch (AccessDeniedException e) {
      problem = "permission denied";
    } catch (FileSystemException e) {
      problem = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    } catch (IOException e) {
      problem = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
    problems.add(new Origin(path.toString(), 0), "%s", problem);
    return Optional.empty();
  }

  private static byte[] bytes(Path path) throws IOException {
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(MOST_BYTES + 1);
    }
  }

  private static String decode(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }

  /// What was probably meant by the name of a file that is not there.
  private static String missingHint(Path path, ConfigSource source) {
    String name = path.getFileName().toString();
    String bare = name.replaceFirst("\\.yml$", "");
    if (bare.endsWith(".py")) {
      return "; the scripts of GPT-NeoX are tools of their own here: leave " + bare + " out";
    }
    if (bare.indexOf('=') > 0) {
      return "; each --set takes one KEY=VALUE: write --set " + bare;
    }
    if (Files.isDirectory(path.resolveSibling(bare))) {
      return "; " + bare + " is a directory: -d DIR names one, its files stand after it";
    }
    if (source.directory().isEmpty()) {
      return path.isAbsolute()
          ? ""
          : " in " + Path.of("").toAbsolutePath() + "; -d DIR names another directory";
    }
    Path directory = source.directory().get();
    if (!path.startsWith(directory)) {
      return "";
    }
    Path inside = directory.relativize(path);
    return Files.isRegularFile(inside)
        ? "; -d already names the directory: " + inside + " is there without -d " + directory
        : "";
  }
}
