package neox.datasets;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.StoppedException;
import neox.base.UserException;
import neox.hub.HubAddress;
import neox.hub.HubSettings;
import neox.hub.RemoteFile;
import neox.hub.RepoId;
import neox.hub.RepoKind;
import neox.hub.download.Download;
import neox.hub.download.DownloadObserver;
import neox.hub.download.Patience;

/// Data sets that are fetched from a hub when they are asked for, into a folder where they stay.
///
/// The owner closes it.
final class HubRows implements RowSource, AutoCloseable {
  private final FolderRows folder;
  private final SplitDownload splits;
  private final HubFiles hub;
  private final Download download;

  HubRows(
      FolderRows folder,
      HubSettings settings,
      Patience patience,
      DownloadObserver observer,
      Console console) {
    this.folder = folder;
    this.splits = new SplitDownload(console);
    this.hub = HubFiles.open(settings, patience.pause(), line -> console.warn("%s", line));
    this.download = Download.open(settings, patience, observer);
  }

  @Override
  public Optional<List<Row>> find(Wanted wanted) throws IOException {
    Path target = folder.target(wanted);
    try {
      fetch(wanted, target);
    } catch (UserException e) {
      throw new UserException("task " + wanted.task() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    }
    return Optional.of(RowFiles.table(List.of(target)));
  }

  private void fetch(Wanted wanted, Path target) throws IOException, InterruptedException {
    DataSetName set = wanted.set();
    Files.createDirectories(target.getParent());
    if (set.files().isEmpty()) {
      HubAddress address = repository(set, "");
      splits.make(
          new SplitDownload.Split(wanted.split(), address, set.config()), target, hub, download);
      return;
    }
    List<String> named = set.files().getOrDefault(wanted.split(), List.of());
    if (named.isEmpty()) {
      throw UserException.of("dataset_kwargs name no file of the split '%s'", wanted.split());
    }
    List<RemoteFile> files = new ArrayList<>();
    for (String name : named) {
      files.addAll(files(set, name));
    }
    splits.write(files, String.join(", ", named), target, download);
  }

  private static HubAddress repository(DataSetName set, String path) {
    return new HubAddress(RepoKind.DATASET, RepoId.parse(set.path()), set.revision(), path);
  }

  /// The files that one name of `data_files` means.
  private List<RemoteFile> files(DataSetName set, String name)
      throws IOException, InterruptedException {
    if (!HubAddress.isOne(name) && name.contains("://")) {
      return List.of(RemoteFile.at(URI.create(name)));
    }
    if (!HubAddress.isOne(name) && set.isFormat()) {
      throw UserException.of("%s: no such file", name);
    }
    HubAddress address = HubAddress.isOne(name) ? HubAddress.parse(name) : repository(set, name);
    DataFiles nothing = new DataFiles(Optional.empty(), Optional.empty());
    return hub.find(address, nothing, RowFiles::canStream).files();
  }

  @Override
  public void close() {
    download.close();
    hub.close();
  }
}
