package neox.remote;

import java.util.Map;
import java.util.Set;

/// Opens stores of some schemes. Implementations are found by [java.util.ServiceLoader], so that
/// what a store needs is loaded when one of its addresses is named.
public interface StoreOpener {
  /// In lower case, such as `s3`.
  Set<String> schemes();

  /// Opens the store of an address; makes no call yet.
  ObjectStore open(StoreAddress address, Settings settings);

  /// How stores are opened.
  ///
  /// @param environment variables, where proxies and credentials are named
  /// @param chunkBytes into parts of which size large files are cut
  record Settings(Map<String, String> environment, long chunkBytes) {
    /// As GPT-NeoX has it.
    public static final long USUAL_CHUNK_BYTES = 104_857_600;

    public Settings {
      environment = Map.copyOf(environment);
    }

    /// For reading.
    public static Settings of(Map<String, String> environment) {
      return new Settings(environment, USUAL_CHUNK_BYTES);
    }
  }
}
