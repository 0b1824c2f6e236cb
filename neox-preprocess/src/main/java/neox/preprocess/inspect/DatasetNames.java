package neox.preprocess.inspect;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import neox.base.UserException;

/// Finds the datasets that arguments stand for: prefixes, file names, patterns and directories.
public final class DatasetNames {
  /// What follows the prefix in the name of a dataset's file; raw pieces of a `.bin` have numbers.
  private static final Pattern ENDING = Pattern.compile("(-\\d{5}-of-\\d{5}\\.bin|\\.bin|\\.idx)$");

  private static final Comparator<String> BY_CODE_POINTS =
      (a, b) -> Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());

  /// The prefixes, in the order of the arguments; those of a directory or pattern sorted by name. A
  /// prefix that is named through both of its files counts once, one that is repeated is refused.
  public static List<Path> resolve(List<String> arguments) throws IOException {
    Map<Path, String> prefixes = new LinkedHashMap<>();
    for (String argument : arguments) {
      for (Path prefix : prefixes(argument)) {
        String before = prefixes.putIfAbsent(prefix, argument);
        if (argument.equals(before)
            || (before != null && (isPrefix(argument) || isPrefix(before)))) {
          throw UserException.of("%s: given twice", prefix);
        }
      }
    }
    return List.copyOf(prefixes.keySet());
  }

  private static boolean isPrefix(String argument) {
    return !ENDING.matcher(argument).find();
  }

  private static List<Path> prefixes(String argument) throws IOException {
    Path path = Path.of(argument);
    if (Files.isDirectory(path)) {
      return nonEmpty(list(path, name -> true), argument, "no dataset in this directory");
    }
    Path prefix = prefixOf(path);
    if (isPattern(argument) && !Files.exists(idx(prefix))) {
      PathMatcher matcher = matcher(prefix.getFileName(), argument);
      List<Path> found = list(directoryOf(path), name -> matcher.matches(Path.of(name)));
      return nonEmpty(found, argument, "no dataset fits this pattern");
    }
    return List.of(prefix);
  }

  private static PathMatcher matcher(Path pattern, String argument) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    } catch (PatternSyntaxException e) {
      throw UserException.of(
          "%s: no such dataset, and not a pattern: %s", argument, e.getDescription());
    }
  }

  private static List<Path> nonEmpty(List<Path> found, String argument, String otherwise) {
    if (found.isEmpty()) {
      throw UserException.of("%s: %s; a dataset is two files, .bin and .idx", argument, otherwise);
    }
    return found;
  }

  private static boolean isPattern(String argument) {
    return argument.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  /// The datasets of a directory whose names fit, sorted; hidden files are none.
  private static List<Path> list(Path directory, Predicate<String> fits) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith(".") && ENDING.matcher(name).find())
          .map(name -> ENDING.matcher(name).replaceFirst(""))
          .filter(fits)
          .distinct()
          .sorted(BY_CODE_POINTS)
          .map(directory::resolve)
          .toList();
    }
  }

  /// The dataset that a file belongs to; a prefix is its own.
  public static Path prefixOf(Path file) {
    String name = Objects.requireNonNull(file.getFileName(), "a file has a name").toString();
    return file.resolveSibling(ENDING.matcher(name).replaceFirst(""));
  }

  private static Path idx(Path prefix) {
    return prefix.resolveSibling(prefix.getFileName() + ".idx");
  }

  /// The directory of a path as it was written, so that messages show no other.
  private static Path directoryOf(Path path) {
    Path parent = path.getParent();
    return parent == null ? Path.of("") : parent;
  }

  /// The shards `PREFIX_00000-of-00004_KEY_document` … of the dataset `PREFIX_KEY_document`, all of
  /// them and in order.
  public static List<Path> shards(Path dataset) throws IOException {
    String whole = dataset.getFileName().toString();
    Pattern shard = Pattern.compile("(.+)_(\\d{5})-of-(\\d{5})_(.+)");
    List<Matcher> found = new ArrayList<>();
    for (Path prefix : list(directoryOf(dataset), name -> true)) {
      Matcher matcher = shard.matcher(prefix.getFileName().toString());
      if (matcher.matches() && whole.equals(matcher.group(1) + "_" + matcher.group(4))) {
        found.add(matcher);
      }
    }
    if (found.isEmpty()) {
      throw UserException.of(
          "%s: no shards of it; they are named PREFIX_00000-of-00004_KEY_document", dataset);
    }
    requireOneSet(dataset, found);
    return complete(dataset, found);
  }

  private static void requireOneSet(Path dataset, List<Matcher> found) {
    List<String> counts = found.stream().map(shard -> shard.group(3)).distinct().toList();
    if (counts.size() > 1) {
      throw UserException.of(
          "%s: shards of two runs lie beside each other (-of-%s and -of-%s); delete those of one",
          dataset, counts.get(0), counts.get(1));
    }
    List<String> starts = found.stream().map(shard -> shard.group(1)).distinct().toList();
    if (starts.size() > 1) {
      throw UserException.of(
          "%s: shards of %s and of %s fit this name; move those of one elsewhere",
          dataset, starts.get(0), starts.get(1));
    }
  }

  private static List<Path> complete(Path dataset, List<Matcher> found) {
    Matcher any = found.getFirst();
    List<Path> shards = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    int count = Integer.parseInt(any.group(3));
    for (int i = 0; i < count; i++) {
      String name = "%s_%05d-of-%s_%s".formatted(any.group(1), i, any.group(3), any.group(4));
      shards.add(dataset.resolveSibling(name));
      if (found.stream().noneMatch(shard -> shard.group().equals(name))) {
        missing.add(name);
      }
    }
    if (!missing.isEmpty()) {
      throw UserException.of(
          "%s: %d of %d shards are missing: %s; run neox-preprocess for them first",
          dataset, missing.size(), count, String.join(", ", missing));
    }
    if (found.size() > count) {
      throw UserException.of(
          "%s: %d shards, but they are numbered to %d only", dataset, found.size(), count - 1);
    }
    return shards;
  }

  private DatasetNames() {}
}
