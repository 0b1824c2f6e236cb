package neox.remote.file;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import neox.base.Environment;
import neox.base.Tool;
import neox.base.UserException;
import neox.remote.Manifest;
import neox.remote.StoreAddress;
import neox.remote.StoreOpener.Settings;
import neox.remote.StoredObject;
import neox.remote.cache.BlockCache;
import neox.remote.cache.CacheDirectory;
import neox.remote.cache.FileCache;
import org.jspecify.annotations.Nullable;

/// Makes paths of addresses: with it, what reads a file by its path reads an object of a store,
/// too. Java loads it when the first such path is made.
///
/// A file that a manifest tells of comes whole, and is checked against its sum. Any other comes by
/// blocks, unless it is to be mapped.
public final class RemoteFileSystemProvider extends FileSystemProvider {
  /// Of the addresses that [neox.base.Addresses] makes: `neox-remote:s3://bucket/…`.
  private static final String SCHEME = "neox-remote";

  private final Map<StoreAddress, RemoteFileSystem> fileSystems = new ConcurrentHashMap<>();
  private final Folders folders = new Folders();
  private @Nullable Caches caches;

  /// For [java.util.ServiceLoader].
  public RemoteFileSystemProvider() {}

  private record Caches(FileCache files, BlockCache blocks) {}

  private synchronized Caches caches() {
    Caches now = caches;
    if (now == null) {
      CacheDirectory directory = CacheDirectory.of(Environment.all());
      now = new Caches(new FileCache(directory), new BlockCache(directory));
      caches = now;
    }
    return now;
  }

  static URI uri(StoreAddress address) {
    try {
      return new URI(SCHEME, address.toString(), null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(address.toString(), e);
    }
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("stores are there already");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return getPath(uri).getFileSystem();
  }

  @Override
  public Path getPath(URI uri) {
    StoreAddress address = StoreAddress.parse(uri.getSchemeSpecificPart());
    return fileSystems
        .computeIfAbsent(
            address.root(),
            store -> new RemoteFileSystem(this, store, Settings.of(Environment.all())))
        .path(address);
  }

  private static RemotePath remote(Path path) {
    return ((RemotePath) path).toAbsolutePath().normalize();
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    requireReading(path, options);
    RemotePath file = remote(path);
    StoredObject object = folders.object(file);
    Optional<Manifest.Entry> listed = listed(file);
    if (listed.isPresent()) {
      return whole(file, object, listed);
    }
    StoreAddress store = file.getFileSystem().store();
    return new RemoteChannel(
        object.bytes(),
        (into, from) ->
            caches().blocks().read(file.getFileSystem().objects(), store, object, from, into),
        () -> whole(file, object, Optional.empty()));
  }

  private Optional<Manifest.Entry> listed(RemotePath file) throws IOException {
    Optional<Folders.Place> place = folders.place(file);
    if (place.isEmpty()) {
      folders.requireComplete(file);
    }
    return place.flatMap(Folders.Place::entry);
  }

  private FileChannel whole(RemotePath file, StoredObject object, Optional<Manifest.Entry> listed)
      throws IOException {
    if (listed.isPresent() && listed.get().bytes() != object.bytes()) {
      throw new FileSystemException(
          file.toString(),
          null,
          "it has %,d bytes, but %,d by its manifest: damaged, or replaced by other means"
              .formatted(object.bytes(), listed.get().bytes()));
    }
    return caches()
        .files()
        .open(
            file.getFileSystem().objects(),
            file.getFileSystem().store(),
            object,
            listed.map(Manifest.Entry::sha256));
  }

  /// Whole: who reads a file from its beginning needs all of it.
  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    requireReading(path, options);
    RemotePath file = remote(path);
    StoredObject object = folders.object(file);
    return whole(file, object, listed(file));
  }

  private static void requireReading(Path path, Set<? extends OpenOption> options)
      throws IOException {
    for (OpenOption option : options) {
      if (option != StandardOpenOption.READ && !(option instanceof LinkOption)) {
        throw readOnly(path);
      }
    }
  }

  private static FileSystemException readOnly(Path path) {
    return new FileSystemException(
        path.toString(),
        null,
        "nothing is written there directly; expected a directory of this machine");
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path path, DirectoryStream.Filter<? super Path> filter) throws IOException {
    RemotePath folder = remote(path);
    List<Path> entries = new ArrayList<>();
    for (RemotePath entry : folders.list(folder)) {
      if (filter.accept(entry)) {
        entries.add(entry);
      }
    }
    if (entries.isEmpty() && !readAttributes(folder, BasicFileAttributes.class).isDirectory()) {
      throw new NotDirectoryException(path.toString());
    }
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return entries.iterator();
      }

      @Override
      public void close() {
        // All entries are known already.
      }
    };
  }

  /// [UserException] when the store does not say whether there is something: for Java, every
  /// [IOException] means that nothing is there.
  ///
  /// @throws NoSuchFileException when there is nothing
  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws NoSuchFileException {
    if (type != BasicFileAttributes.class) {
      throw new UnsupportedOperationException(type.getName());
    }
    RemotePath file = remote(path);
    Optional<RemoteAttributes> found;
    try {
      found = folders.attributes(file);
    } catch (IOException e) {
      throw new UserException(
          "%s: whether it is there cannot be told (%s); run it again once %s answers"
              .formatted(path, Tool.describe(e), file.getFileSystem().store()),
          e);
    }
    return type.cast(found.orElseThrow(() -> new NoSuchFileException(path.toString())));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options)
      throws NoSuchFileException {
    BasicFileAttributes attributes = readAttributes(path, BasicFileAttributes.class);
    return Map.of(
        "size", attributes.size(),
        "isDirectory", attributes.isDirectory(),
        "isRegularFile", attributes.isRegularFile(),
        "isSymbolicLink", false,
        "isOther", false);
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    readAttributes(path, BasicFileAttributes.class);
    if (List.of(modes).contains(AccessMode.WRITE)) {
      throw readOnly(path);
    }
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return null;
  }

  @Override
  public boolean isSameFile(Path path, Path other) {
    return path.equals(other);
  }

  @Override
  public boolean isHidden(Path path) {
    return false;
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    throw readOnly(path);
  }

  @Override
  public void createDirectory(Path path, FileAttribute<?>... attributes) throws IOException {
    throw readOnly(path);
  }

  @Override
  public void delete(Path path) throws IOException {
    throw readOnly(path);
  }

  @Override
  public void copy(Path from, Path to, CopyOption... options) throws IOException {
    throw readOnly(to);
  }

  @Override
  public void move(Path from, Path to, CopyOption... options) throws IOException {
    throw readOnly(to);
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options)
      throws IOException {
    throw readOnly(path);
  }
}
