package neox.remote.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import neox.base.UserException;
import neox.remote.Listing;
import neox.remote.Manifest;
import neox.remote.ObjectStore;
import neox.remote.StoredObject;

/// What lies where in stores: as they say themselves, and as manifests say it of folders of web
/// servers. Thread-safe.
final class Folders {
  /// A manifest lies in a checkpoint, which has folders of its own.
  private static final int MOST_FOLDERS_UP = 3;

  private static final long REMEMBERED_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int MOST_MANIFEST_BYTES = 64 << 20;

  /// Also lies in a folder that holds several checkpoints.
  private static final String LATEST = "latest";

  private final Map<RemotePath, Found> manifests = new ConcurrentHashMap<>();

  /// A manifest, and when it was read.
  private record Found(Manifest manifest, long atNanos) {}

  /// A path below the folder of a manifest.
  ///
  /// @param below its path there; empty for the folder itself
  record Place(RemotePath folder, Manifest manifest, String below) {
    Optional<Manifest.Entry> entry() {
      return manifest.find(below);
    }

    /// The entries below the path, with what is left of their own paths.
    List<String> children() {
      String prefix = below.isEmpty() ? "" : below + "/";
      List<String> rest = new ArrayList<>();
      for (Manifest.Entry entry : manifest.files()) {
        if (entry.path().startsWith(prefix)) {
          rest.add(entry.path().substring(prefix.length()));
        }
      }
      return rest;
    }
  }

  /// Empty when there is nothing.
  Optional<RemoteAttributes> attributes(RemotePath path) throws IOException {
    ObjectStore store = path.getFileSystem().objects();
    if (!path.key().isEmpty()) {
      Optional<StoredObject> object = store.find(path.key());
      if (object.isPresent()) {
        return Optional.of(new RemoteAttributes(object));
      }
    }
    return isFolder(path) ? Optional.of(new RemoteAttributes(Optional.empty())) : Optional.empty();
  }

  private boolean isFolder(RemotePath path) throws IOException {
    if (path.getFileSystem().objects().lists()) {
      return !path.getFileSystem().objects().list(path.key()).isEmpty();
    }
    Optional<Place> place = place(path);
    if (place.isPresent() && (place.get().below().isEmpty() || !place.get().children().isEmpty())) {
      return true;
    }
    ObjectStore store = path.getFileSystem().objects();
    return store.find(path.address().resolve(LATEST).key()).isPresent();
  }

  /// The paths right below a folder.
  List<RemotePath> list(RemotePath folder) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    Optional<Place> place = place(folder); // what an earlier push has left beside does not count
    if (place.isPresent()) {
      place.get().children().forEach(rest -> names.add(rest.split("/", 2)[0]));
    } else {
      Listing listing = folder.getFileSystem().objects().list(folder.key());
      names.addAll(listing.folders());
      for (StoredObject object : listing.objects()) {
        names.add(object.key().substring(object.key().lastIndexOf('/') + 1));
      }
      names.remove("");
    }
    return names.stream().map(name -> (RemotePath) folder.resolve(name)).toList();
  }

  /// The nearest manifest at or above a path; empty where none is.
  Optional<Place> place(RemotePath path) throws IOException {
    RemotePath folder = path;
    StringBuilder below = new StringBuilder();
    for (int up = 0; up <= MOST_FOLDERS_UP && folder != null; up++) {
      Optional<Manifest> manifest = manifest(folder);
      if (manifest.isPresent()) {
        return Optional.of(new Place(folder, manifest.get(), below.toString()));
      }
      if (!folder.names().isEmpty()) {
        below.insert(0, folder.names().getLast() + (below.isEmpty() ? "" : "/"));
      }
      folder = folder.getParent();
    }
    return Optional.empty();
  }

  private Optional<Manifest> manifest(RemotePath folder) throws IOException {
    Found found = manifests.get(folder);
    if (found != null && System.nanoTime() - found.atNanos() < REMEMBERED_NANOS) {
      return Optional.of(found.manifest());
    }
    ObjectStore store = folder.getFileSystem().objects();
    String key = folder.address().resolve(Manifest.NAME).key();
    Optional<StoredObject> object = store.find(key);
    if (object.isEmpty()) {
      return Optional.empty();
    }
    byte[] bytes = read(folder, object.get());
    Optional<StoredObject> announced =
        store.find(folder.address().resolve(Manifest.ANNOUNCEMENT).key());
    if (announced.isPresent() && !Arrays.equals(bytes, read(folder, announced.get()))) {
      throw UserException.of(
          "%s: incomplete: it is being replaced by another of its name, or that was not pushed to"
              + " its end; take another one (iteration), or run the training that pushes it again",
          folder);
    }
    Manifest manifest = Manifest.parse(bytes, folder.resolve(Manifest.NAME).toString());
    manifests.put(folder, new Found(manifest, System.nanoTime()));
    return Optional.of(manifest);
  }

  private static byte[] read(RemotePath folder, StoredObject object) throws IOException {
    if (object.bytes() > MOST_MANIFEST_BYTES) {
      throw UserException.of("%s: its manifest is too long", folder);
    }
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(object.bytes()));
    folder.getFileSystem().objects().read(object, 0, bytes);
    return bytes.array();
  }

  /// The object that a path names.
  ///
  /// @throws NoSuchFileException when there is none
  StoredObject object(RemotePath path) throws IOException {
    return path.getFileSystem()
        .objects()
        .find(path.key())
        .orElseThrow(() -> new NoSuchFileException(path.toString()));
  }

  /// [UserException] when a file belongs to what has not been pushed to its end.
  void requireComplete(RemotePath file) throws IOException {
    RemotePath folder = file.getParent();
    if (folder == null) {
      return;
    }
    ObjectStore store = file.getFileSystem().objects();
    if (store.find(folder.address().resolve(Manifest.ANNOUNCEMENT).key()).isPresent()) {
      throw UserException.of(
          "%s: incomplete: it was not pushed to its end (%s is there, %s is not); take another one"
              + " (iteration), or run the training that pushes it again",
          folder, Manifest.ANNOUNCEMENT, Manifest.NAME);
    }
  }
}
