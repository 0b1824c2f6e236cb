package neox.datasets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.hub.HubAddress;
import neox.hub.HubCache;
import neox.hub.RepoId;
import neox.hub.RepoKind;

/// Data sets as the hub's own tools have downloaded them, files and all:
/// `hub/datasets--OWNER--NAME/snapshots/COMMIT/…`.
record HubCacheRows(HubCache cache) implements RowSource {

  @Override
  public Optional<List<Row>> find(Wanted wanted) throws IOException {
    DataSetName set = wanted.set();
    if (set.isFormat()) {
      return ofAddresses(set.files().getOrDefault(wanted.split(), List.of()));
    }
    Optional<Path> snapshot = snapshot(set.path(), set.revision());
    if (snapshot.isEmpty()) {
      return Optional.empty();
    }
    Optional<List<Path>> files =
        new RepositoryCopy(snapshot.get(), set.path()).split(set, wanted.split());
    return files.isPresent() ? Optional.of(RowFiles.table(files.get())) : Optional.empty();
  }

  private Optional<List<Row>> ofAddresses(List<String> addresses) throws IOException {
    if (addresses.isEmpty() || !addresses.stream().allMatch(HubAddress::isOne)) {
      return Optional.empty();
    }
    List<Path> files = new ArrayList<>();
    for (String text : addresses) {
      HubAddress address = HubAddress.parse(text);
      Optional<Path> file =
          snapshot(address.repo().toString(), address.revision())
              .map(directory -> directory.resolve(address.path()))
              .filter(Files::isRegularFile);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      files.add(file.get());
    }
    return Optional.of(RowFiles.table(files));
  }

  private Optional<Path> snapshot(String repository, String revision) throws IOException {
    try {
      return cache.snapshotDirectory(RepoKind.DATASET, RepoId.parse(repository), revision);
    } catch (UserException notOfAHub) {
      return Optional.empty();
    }
  }
}
