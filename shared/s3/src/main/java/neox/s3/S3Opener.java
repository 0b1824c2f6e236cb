package neox.s3;

import java.util.Set;
import neox.remote.ObjectStore;
import neox.remote.StoreAddress;
import neox.remote.StoreOpener;

/// Opens buckets: `s3://bucket/folder`.
public final class S3Opener implements StoreOpener {
  /// For [java.util.ServiceLoader].
  public S3Opener() {}

  @Override
  public Set<String> schemes() {
    return Set.of("s3");
  }

  @Override
  public ObjectStore open(StoreAddress address, Settings settings) {
    return new S3Store(
        address.root(), S3Clients.open(settings.environment()), settings.chunkBytes());
  }
}
