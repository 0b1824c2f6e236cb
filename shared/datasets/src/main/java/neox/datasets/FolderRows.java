package neox.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Data sets below one directory: a file per split, in a folder that is called by the task, or by
/// the data set; or copies of whole repositories, `DIRECTORY/OWNER/NAME`.
record FolderRows(Path directory) implements RowSource {
  private static final String DEFAULT = "default";

  @Override
  public Optional<List<Row>> find(Wanted wanted) throws IOException {
    for (Path folder : folders(wanted)) {
      Optional<List<Path>> files = split(folder, wanted.split());
      if (files.isPresent()) {
        return Optional.of(RowFiles.table(files.get()));
      }
    }
    Path copy = below(wanted.set().path());
    if (wanted.set().isFormat() || !Files.isDirectory(copy)) {
      return Optional.empty();
    }
    Optional<List<Path>> files =
        new RepositoryCopy(copy, wanted.set().path()).split(wanted.set(), wanted.split());
    return files.isPresent() ? Optional.of(RowFiles.table(files.get())) : Optional.empty();
  }

  /// Where a split is looked for first, and what is told when it is nowhere.
  Path usual(Wanted wanted) {
    return below(wanted.task()).resolve(wanted.split() + ".jsonl");
  }

  /// Where a split is put that was not there.
  Path target(Wanted wanted) {
    DataSetName set = wanted.set();
    Path folder =
        set.files().isEmpty()
            ? below(set.path()).resolve(set.config().orElse(DEFAULT))
            : below(wanted.task());
    return folder.resolve(wanted.split() + ".jsonl");
  }

  private Set<Path> folders(Wanted wanted) {
    DataSetName set = wanted.set();
    Set<Path> folders = new LinkedHashSet<>();
    folders.add(below(wanted.task()));
    if (!set.isFormat()) {
      folders.add(below(set.path()).resolve(set.config().orElse(DEFAULT)));
      folders.add(below(set.shortName() + "/" + set.config().orElse("")));
    }
    return folders;
  }

  /// A name of several parts is a path below the directory and never leads out of it.
  private Path below(String name) {
    Path path = directory;
    for (String part : name.split("/", -1)) {
      path = part.isEmpty() || part.equals("..") || part.equals(".") ? path : path.resolve(part);
    }
    return path;
  }

  /// The files of a split: one, `SPLIT.ENDING`, or shards, `SPLIT-00000-of-00002.ENDING`.
  private static Optional<List<Path>> split(Path folder, String split) throws IOException {
    for (String ending : RowFiles.endings()) {
      Path file = folder.resolve(split + ending);
      if (Files.exists(file)) {
        return Optional.of(List.of(file));
      }
    }
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    Pattern shard = Pattern.compile(Pattern.quote(split) + "-\\d{5}-of-(\\d{5})\\.[a-z.]+");
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> shards =
          files
              .filter(file -> shard.matcher(file.getFileName().toString()).matches())
              .sorted()
              .toList();
      return shards.isEmpty() || !RepositoryCopy.allShards(names(shards))
          ? Optional.empty()
          : Optional.of(shards);
    }
  }

  private static List<String> names(List<Path> files) {
    return files.stream().map(file -> file.getFileName().toString()).toList();
  }
}
