package neox.remote.push;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongConsumer;
import neox.remote.Manifest;
import neox.remote.ObjectStore;
import neox.remote.ObjectStore.LocalContent;
import neox.remote.StoredObject;

/// A folder of an object store, or a directory.
///
/// @param address of the folder, for messages
/// @param folder its key
public record StoreTarget(ObjectStore store, String address, String folder) implements PushTarget {
  private static final String LATEST = "latest";
  private static final int FILES_AT_ONCE = 8;

  @Override
  public void check() throws IOException {
    store.list(folder);
  }

  @Override
  public void push(Path directory, Manifest manifest, LongConsumer sent)
      throws IOException, InterruptedException {
    String name = String.valueOf(directory.getFileName());
    byte[] json = manifest.json();
    if (!holds(key(name + "/" + Manifest.NAME), json)) {
      store.put(key(name + "/" + Manifest.ANNOUNCEMENT), json);
      putAll(directory, manifest, sent);
      store.put(key(name + "/" + Manifest.NAME), json);
    }
    store.put(key(LATEST), name.getBytes(StandardCharsets.UTF_8));
  }

  private String key(String below) {
    return folder.isEmpty() ? below : folder + "/" + below;
  }

  private boolean holds(String key, byte[] bytes) throws IOException {
    Optional<StoredObject> object = store.find(key);
    if (object.isEmpty() || object.get().bytes() != bytes.length) {
      return false;
    }
    ByteBuffer there = ByteBuffer.allocate(bytes.length);
    store.read(object.get(), 0, there);
    return Arrays.equals(there.array(), bytes);
  }

  /// The first failure is thrown, after the others have come to an end.
  private void putAll(Path directory, Manifest manifest, LongConsumer sent)
      throws IOException, InterruptedException {
    List<Future<?>> files = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newFixedThreadPool(
            FILES_AT_ONCE, Thread.ofVirtual().name("push-", 0).factory())) {
      for (Manifest.Entry entry : manifest.files()) {
        files.add(
            threads.submit(() -> {
              put(directory, entry, sent);
              return null;
            }));
      }
      try {
        for (Future<?> file : files) {
          await(file);
        }
      } catch (IOException | RuntimeException | InterruptedException e) {
        threads.shutdownNow();
        throw e;
      }
    }
  }

  private static void await(Future<?> file) throws IOException, InterruptedException {
    try {
      file.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  private void put(Path directory, Manifest.Entry entry, LongConsumer sent) throws IOException {
    String key = key(directory.getFileName() + "/" + entry.path());
    Optional<StoredObject> there = store.find(key);
    boolean same =
        there.isPresent()
            && there.get().bytes() == entry.bytes()
            && there.get().sha256().equals(Optional.of(entry.sha256()));
    if (same) {
      sent.accept(entry.bytes());
      return;
    }
    Path file = directory.resolve(entry.path());
    store.put(key, new LocalContent(file, entry.bytes(), entry.sha256()), sent);
  }

  @Override
  public void close() {
    store.close();
  }
}
