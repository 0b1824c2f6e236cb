package neox.remote;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import neox.base.AtomicFile;
import neox.base.NamedFiles;
import neox.base.UserException;

/// A directory as a store: another disk, or one that several machines share.
public final class DirectoryStore implements ObjectStore {
  private static final int BLOCK_BYTES = 1 << 20;

  private final Path root;

  /// @param root need not be there before something is put
  public DirectoryStore(Path root) {
    this.root = root;
  }

  private Path path(String key) {
    Path path = root.resolve(key).normalize();
    if (!path.startsWith(root.normalize())) {
      throw new IllegalArgumentException(key + " leads out of " + root);
    }
    return path;
  }

  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path(key), BasicFileAttributes.class);
      return attributes.isRegularFile() ? Optional.of(object(key, attributes)) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static StoredObject object(String key, BasicFileAttributes attributes) {
    String tag = attributes.size() + "-" + attributes.lastModifiedTime().toInstant();
    return new StoredObject(key, attributes.size(), tag, Optional.empty());
  }

  @Override
  public Listing list(String folder) throws IOException {
    Path directory = path(folder);
    if (!Files.isDirectory(directory)) {
      return new Listing(List.of(), List.of());
    }
    List<String> folders = new ArrayList<>();
    List<StoredObject> objects = new ArrayList<>();
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : (Iterable<Path>) entries.sorted()::iterator) {
        String name = entry.getFileName().toString();
        String key = folder.isEmpty() ? name : folder + "/" + name;
        if (Files.isDirectory(entry)) {
          folders.add(name);
        } else if (!name.startsWith(".")) { // what is being written
          find(key).ifPresent(objects::add);
        }
      }
    }
    return new Listing(folders, objects);
  }

  @Override
  public void read(StoredObject object, long from, ByteBuffer into) throws IOException {
    Path file = path(object.key());
    if (!find(object.key()).equals(Optional.of(object))) {
      throw UserException.of("%s: changed while it was being read; run it again", file);
    }
    try (FileChannel channel = NamedFiles.open(file, StandardOpenOption.READ)) {
      for (long at = from; into.hasRemaining(); ) {
        int read = channel.read(into, at);
        if (read < 0) {
          throw UserException.of("%s: changed while it was being read; run it again", file);
        }
        at += read;
      }
    }
  }

  @Override
  public void put(String key, LocalContent content, LongConsumer sent) throws IOException {
    try (AtomicFile file = AtomicFile.create(path(key));
        InputStream in = NamedFiles.newInputStream(content.file())) {
      OutputStream out = file.stream();
      byte[] block = new byte[BLOCK_BYTES];
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        out.write(block, 0, read);
        sent.accept(read);
      }
      file.commit();
    }
  }

  @Override
  public void put(String key, byte[] bytes) throws IOException {
    AtomicFile.write(path(key), bytes);
  }

  @Override
  public void close() {
    // Nothing is kept open.
  }
}
