package neox.remote.push;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import neox.base.UserException;
import neox.hub.Pause;
import neox.remote.DirectoryStore;
import neox.remote.StoreAddress;
import neox.remote.StoreOpener.Settings;
import neox.remote.Stores;

/// Finds the target that an address or a directory means.
public final class PushTargets {
  /// Makes no call yet; [UserException] where nothing can be pushed to.
  ///
  /// @param warnings hears what does not stop a push
  public static PushTarget open(String address, Settings settings, Consumer<String> warnings)
      throws IOException {
    if (!StoreAddress.isOne(address)) {
      return new StoreTarget(new DirectoryStore(Path.of(address)), address, "");
    }
    StoreAddress parsed = StoreAddress.parse(address);
    return switch (parsed.scheme()) {
      case HubTarget.SCHEME ->
          HubTarget.open(parsed, settings.environment(), warnings, Pause.sleeping());
      case "http", "https" ->
          throw UserException.of(
              "%s: nothing can be stored at a web server; expected a directory, s3:// or hf://",
              parsed);
      default -> new StoreTarget(Stores.open(parsed, settings), parsed.toString(), parsed.key());
    };
  }

  private PushTargets() {}
}
