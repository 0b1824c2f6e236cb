package neox.remote;

import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import neox.base.UserException;
import neox.remote.StoreOpener.Settings;

/// Finds who opens the store of an address.
public final class Stores {
  /// Opens the store of an address; [UserException] when nobody here knows its scheme.
  public static ObjectStore open(StoreAddress address, Settings settings) {
    Set<String> known = new TreeSet<>();
    for (StoreOpener opener :
        ServiceLoader.load(StoreOpener.class, Stores.class.getClassLoader())) {
      if (opener.schemes().contains(address.scheme())) {
        return opener.open(address, settings);
      }
      opener.schemes().forEach(scheme -> known.add(scheme + "://"));
    }
    throw UserException.of(
        "%s: %s:// is not known; expected one of %s",
        address, address.scheme(), String.join(", ", known));
  }

  private Stores() {}
}
