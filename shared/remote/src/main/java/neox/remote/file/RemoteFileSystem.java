package neox.remote.file;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import neox.remote.ObjectStore;
import neox.remote.StoreAddress;
import neox.remote.StoreOpener.Settings;
import neox.remote.Stores;
import org.jspecify.annotations.Nullable;

/// One store, such as a bucket, to be read by paths. It is opened when it is first asked something,
/// and stays so until the process ends.
final class RemoteFileSystem extends FileSystem {
  private final RemoteFileSystemProvider provider;
  private final StoreAddress store;
  private final Settings settings;
  private @Nullable ObjectStore opened;

  /// @param store without a path
  RemoteFileSystem(RemoteFileSystemProvider provider, StoreAddress store, Settings settings) {
    this.provider = provider;
    this.store = store;
    this.settings = settings;
  }

  StoreAddress store() {
    return store;
  }

  synchronized ObjectStore objects() {
    ObjectStore objects = opened;
    if (objects == null) {
      objects = Stores.open(store, settings);
      opened = objects;
    }
    return objects;
  }

  RemotePath path(StoreAddress address) {
    return new RemotePath(this, true, address.names());
  }

  @Override
  public RemoteFileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("stores stay open");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return true;
  }

  @Override
  public String getSeparator() {
    return "/";
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    return List.of(path(store));
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return List.of();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return Set.of("basic");
  }

  /// A relative path, unless it begins with a slash.
  @Override
  public Path getPath(String first, String... more) {
    List<String> names = new ArrayList<>();
    for (String part : String.join("/", List.of(first, String.join("/", more))).split("/", -1)) {
      if (!part.isEmpty()) {
        names.add(part);
      }
    }
    return new RemotePath(this, first.startsWith("/"), names);
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    throw new UnsupportedOperationException("patterns over names in a store");
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    throw new UnsupportedOperationException("stores tell of no owners");
  }

  @Override
  public WatchService newWatchService() throws IOException {
    throw new UnsupportedOperationException("stores do not tell of changes");
  }
}
