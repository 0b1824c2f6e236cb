package neox.remote;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.LongConsumer;
import neox.hub.HubAddress;

/// The files of one owner's repositories, as the hub serves them over the web. Keys are what
/// follows in a [HubAddress]: `name@branch/folder/file`, or of data sets
/// `owner/name@branch/folder/file`.
///
/// @param web the hub's server, which this store closes
/// @param owner `datasets` for the data sets of all owners
/// @param above what comes before the owner in the hub's own addresses
record HubStore(HttpStore web, String owner, String above) implements ObjectStore {
  private static final String DATA_SETS = "datasets";

  /// Where the web server has the file; empty for the repository itself, and what is above it.
  private Optional<String> there(String key) {
    int namesOfRepository = owner.equals(DATA_SETS) ? 2 : 1;
    if (key.split("/").length <= namesOfRepository) {
      return Optional.empty();
    }
    String path = HubAddress.parse(HubAddress.SCHEME + owner + "/" + key).webPath();
    return Optional.of(above.isEmpty() ? path : above + "/" + path);
  }

  @Override
  public Optional<StoredObject> find(String key) throws IOException {
    Optional<String> there = there(key);
    return there.isEmpty()
        ? Optional.empty()
        : web.find(there.get()).map(object -> named(object, key));
  }

  private static StoredObject named(StoredObject object, String key) {
    return new StoredObject(key, object.bytes(), object.tag(), object.sha256());
  }

  @Override
  public boolean lists() {
    return false;
  }

  @Override
  public Listing list(String folder) {
    return web.list(there(folder).orElse(folder));
  }

  @Override
  public void read(StoredObject object, long from, ByteBuffer into) throws IOException {
    web.read(named(object, there(object.key()).orElseThrow()), from, into);
  }

  @Override
  public void put(String key, LocalContent content, LongConsumer sent) {
    web.put(key, content, sent);
  }

  @Override
  public void put(String key, byte[] bytes) {
    web.put(key, bytes);
  }

  @Override
  public void close() {
    web.close();
  }
}
