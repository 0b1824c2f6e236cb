package neox.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Data sets that are files of this machine by their names: a directory, or files that are named
/// one by one.
record PathRows() implements RowSource {

  @Override
  public Optional<List<Row>> find(Wanted wanted) throws IOException {
    DataSetName set = wanted.set();
    if (!set.isFormat()) {
      Path directory = Path.of(set.path());
      if (!Files.isDirectory(directory)) {
        return Optional.empty();
      }
      Optional<List<Path>> files =
          new RepositoryCopy(directory, set.path()).split(set, wanted.split());
      return files.isPresent() ? Optional.of(RowFiles.table(files.get())) : Optional.empty();
    }
    List<Path> files = new ArrayList<>();
    for (String name : set.files().getOrDefault(wanted.split(), List.of())) {
      if (name.contains("://") || !Files.exists(Path.of(name))) {
        return Optional.empty();
      }
      files.add(Path.of(name));
    }
    return files.isEmpty() ? Optional.empty() : Optional.of(RowFiles.table(files));
  }
}
