package neox.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.hub.HubCache;
import neox.hub.HubSettings;
import neox.hub.download.DownloadObserver;
import neox.hub.download.Patience;

/// Where the data sets of a run come from, the nearest place first: a folder, paths of this
/// machine, what the hub's own tools have left here, and the hub.
///
/// Not thread-safe. The owner closes it.
public final class DataSets implements AutoCloseable {
  private final FolderRows folder;
  private final List<RowSource> sources = new ArrayList<>();
  private final Optional<HubRows> hub;
  private final String whyNoHub;

  /// Whether what is missing is fetched.
  public sealed interface Access {
    /// It is not.
    ///
    /// @param reason what forbids it, such as `--offline`
    record Offline(String reason) implements Access {}

    /// It is, from this hub.
    record Online(HubSettings settings, Patience patience, DownloadObserver observer)
        implements Access {}
  }

  private DataSets(FolderRows folder, Optional<HubRows> hub, String whyNoHub) {
    this.folder = folder;
    this.hub = hub;
    this.whyNoHub = whyNoHub;
    sources.add(folder);
    sources.add(new PathRows());
  }

  /// Data sets of one folder alone.
  public static DataSets in(Path directory) {
    return new DataSets(new FolderRows(directory), Optional.empty(), "");
  }

  /// Data sets of a folder, of this machine and of a hub.
  ///
  /// @param directory where they are looked for first, and put when they are fetched
  /// @param environment says where the hub's own tools keep theirs
  public static DataSets of(
      Path directory, Map<String, String> environment, Access access, Console console) {
    FolderRows folder = new FolderRows(directory);
    DataSets sets =
        switch (access) {
          case Access.Offline(String reason) -> new DataSets(folder, Optional.empty(), reason);
          case Access.Online(var settings, var patience, var observer) ->
              new DataSets(
                  folder,
                  Optional.of(new HubRows(folder, settings, patience, observer, console)),
                  "");
        };
    sets.sources.add(new HubCacheRows(HubCache.of(environment)));
    sets.sources.add(new ArrowCacheRows(HubCache.ofDatasets(environment)));
    sets.hub.ifPresent(sets.sources::add);
    return sets;
  }

  /// All rows of a split in order, each with every column of the split, missing ones as null.
  /// [UserException] when it is nowhere, or damaged.
  ///
  /// @param task whose data it is: its folder is looked into first
  public List<Row> rows(String task, DataSetName set, String split) throws IOException {
    RowSource.Wanted wanted = new RowSource.Wanted(task, set, split);
    for (RowSource source : sources) {
      Optional<List<Row>> rows = source.find(wanted);
      if (rows.isPresent()) {
        return rows.get();
      }
    }
    throw UserException.of(
        "%s: no such file; task %s needs the split '%s' of the data set %s there (%s)%s",
        folder.usual(wanted),
        task,
        split,
        set,
        RowFiles.kinds(),
        whyNoHub.isEmpty() ? "" : ", and " + whyNoHub + " forbids to fetch it");
  }

  @Override
  public void close() {
    hub.ifPresent(HubRows::close);
  }
}
