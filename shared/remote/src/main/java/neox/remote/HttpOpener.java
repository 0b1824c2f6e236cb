package neox.remote;

import java.util.Set;

/// Opens web servers, for reading.
public final class HttpOpener implements StoreOpener {
  /// For [java.util.ServiceLoader].
  public HttpOpener() {}

  @Override
  public Set<String> schemes() {
    return Set.of("http", "https");
  }

  @Override
  public ObjectStore open(StoreAddress address, Settings settings) {
    return HttpStore.open(address, settings.environment());
  }
}
