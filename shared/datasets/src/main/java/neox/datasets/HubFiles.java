package neox.datasets;

import static java.util.Comparator.comparing;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import neox.base.UserException;
import neox.hub.HubAddress;
import neox.hub.HubRepository;
import neox.hub.HubSettings;
import neox.hub.Pause;
import neox.hub.RemoteFile;
import neox.hub.Snapshot;

/// Finds files of rows in the repositories of a hub, and remembers what it has listed.
///
/// Not thread-safe. The owner closes it.
public final class HubFiles implements AutoCloseable {
  private static final int SHOWN = 5;

  private final HubRepository hub;
  private final Map<String, Snapshot> snapshots = new HashMap<>();

  private HubFiles(HubRepository hub) {
    this.hub = hub;
  }

  /// Prepares calls to a hub; makes none yet.
  ///
  /// @param warn hears lines that the caller should see although the calls go on
  public static HubFiles open(HubSettings settings, Pause pause, Consumer<String> warn) {
    return new HubFiles(HubRepository.open(settings, pause, warn));
  }

  /// Files of one commit.
  ///
  /// @param files at least one, by their names
  public record Found(String commit, List<RemoteFile> files) {}

  /// The files that an address means.
  ///
  /// @param choice among all files when the address has no path
  /// @param readable which names count when the path is a directory or a pattern
  public Found find(HubAddress address, DataFiles choice, Predicate<String> readable)
      throws IOException, InterruptedException {
    Snapshot snapshot = snapshot(address);
    List<RemoteFile> files =
        address.path().isEmpty()
            ? choice.choose(snapshot)
            : snapshot.files().stream()
                .filter(file -> Glob.fits(address.path(), file.name()))
                .filter(file ->
                    file.name().equals(address.path()) || readable.test(baseName(file.name())))
                .toList();
    if (files.isEmpty()) {
      throw UserException.of(
          "%s: nothing to read there; the repository has %s", address, someOf(snapshot.files()));
    }
    return new Found(
        snapshot.commit(), files.stream().sorted(comparing(RemoteFile::name)).toList());
  }

  /// What a repository holds in the folder of an address.
  public Snapshot snapshot(HubAddress address) throws IOException, InterruptedException {
    String key =
        address.kind() + " " + address.repo() + "@" + address.revision() + " " + address.folder();
    Snapshot known = snapshots.get(key);
    if (known == null) {
      known = hub.snapshot(address.kind(), address.repo(), address.revision(), address.folder());
      snapshots.put(key, known);
    }
    return known;
  }

  private static String someOf(List<RemoteFile> files) {
    int shown = Math.min(SHOWN, files.size());
    String names = String.join(", ", files.stream().limit(shown).map(RemoteFile::name).toList());
    return shown < files.size() ? names + " and " + (files.size() - shown) + " more" : names;
  }

  /// The last name of a path.
  public static String baseName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  @Override
  public void close() {
    hub.close();
  }
}
