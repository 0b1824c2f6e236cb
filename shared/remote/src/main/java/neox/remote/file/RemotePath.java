package neox.remote.file;

import java.io.IOException;
import java.net.URI;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ProviderMismatchException;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import neox.remote.StoreAddress;
import org.jspecify.annotations.Nullable;

/// A path in a store, which reads as its address; or a part of one, such as its last name.
///
/// @param isAbsolute whether it begins at the store's root
record RemotePath(RemoteFileSystem fileSystem, boolean isAbsolute, List<String> names)
    implements Path {
  RemotePath {
    names = List.copyOf(names);
  }

  StoreAddress address() {
    StoreAddress store = fileSystem.store();
    return new StoreAddress(store.scheme(), store.authority(), toAbsolutePath().names);
  }

  String key() {
    return address().key();
  }

  private RemotePath with(boolean absolute, List<String> others) {
    return new RemotePath(fileSystem, absolute, others);
  }

  @Override
  public RemoteFileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public @Nullable RemotePath getRoot() {
    return isAbsolute ? with(true, List.of()) : null;
  }

  @Override
  public @Nullable RemotePath getFileName() {
    return names.isEmpty() ? null : with(false, List.of(names.getLast()));
  }

  @Override
  public @Nullable RemotePath getParent() {
    boolean none = names.isEmpty() || (!isAbsolute && names.size() == 1);
    return none ? null : with(isAbsolute, names.subList(0, names.size() - 1));
  }

  @Override
  public int getNameCount() {
    return names.size();
  }

  @Override
  public RemotePath getName(int index) {
    return with(false, List.of(names.get(Objects.checkIndex(index, names.size()))));
  }

  @Override
  public RemotePath subpath(int from, int to) {
    return with(false, names.subList(from, to));
  }

  @Override
  public boolean startsWith(Path other) {
    return other instanceof RemotePath path
        && path.fileSystem.equals(fileSystem)
        && path.isAbsolute == isAbsolute
        && path.names.size() <= names.size()
        && names.subList(0, path.names.size()).equals(path.names);
  }

  @Override
  public boolean endsWith(Path other) {
    int missing = other instanceof RemotePath path ? names.size() - path.names.size() : -1;
    return other instanceof RemotePath path
        && path.fileSystem.equals(fileSystem)
        && missing >= 0
        && (path.isAbsolute
            ? equals(path)
            : names.subList(missing, names.size()).equals(path.names));
  }

  @Override
  public RemotePath normalize() {
    List<String> kept = new ArrayList<>();
    for (String name : names) {
      boolean up = name.equals("..") && !kept.isEmpty() && !kept.getLast().equals("..");
      if (up) {
        kept.removeLast();
      } else if (!name.equals(".") && !(name.equals("..") && isAbsolute)) {
        kept.add(name);
      }
    }
    return with(isAbsolute, kept);
  }

  /// Names of other file systems may follow, as far as they are relative.
  @Override
  public Path resolve(Path other) {
    if (other.isAbsolute()) {
      return other;
    }
    List<String> all = new ArrayList<>(names);
    other.forEach(name -> {
      if (!name.toString().isEmpty()) {
        all.add(name.toString());
      }
    });
    return with(isAbsolute, all);
  }

  @Override
  public RemotePath relativize(Path other) {
    RemotePath path = of(other);
    if (path.isAbsolute != isAbsolute) {
      throw new IllegalArgumentException(other + " is of another kind than " + this);
    }
    int common = 0;
    while (common < Math.min(names.size(), path.names.size())
        && names.get(common).equals(path.names.get(common))) {
      common++;
    }
    List<String> between = new ArrayList<>();
    for (int i = common; i < names.size(); i++) {
      between.add("..");
    }
    between.addAll(path.names.subList(common, path.names.size()));
    return with(false, between);
  }

  private RemotePath of(Path other) {
    if (other instanceof RemotePath path && path.fileSystem.equals(fileSystem)) {
      return path;
    }
    throw new ProviderMismatchException(other + " is not in " + fileSystem.store());
  }

  @Override
  public URI toUri() {
    return RemoteFileSystemProvider.uri(address());
  }

  @Override
  public RemotePath toAbsolutePath() {
    return isAbsolute ? this : with(true, names);
  }

  @Override
  public RemotePath toRealPath(LinkOption... options) throws IOException {
    return toAbsolutePath().normalize();
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException("stores do not tell of changes");
  }

  @Override
  public int compareTo(Path other) {
    return toString().compareTo(of(other).toString());
  }

  @Override
  public String toString() {
    String path = String.join("/", names);
    if (!isAbsolute) {
      return path;
    }
    return names.isEmpty() ? fileSystem.store().toString() : fileSystem.store() + "/" + path;
  }
}
