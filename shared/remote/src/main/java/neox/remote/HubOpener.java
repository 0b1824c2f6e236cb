package neox.remote;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import neox.hub.HubSettings;

/// Opens repositories of a hub, for reading: `hf://owner/name`, `hf://owner/name@branch/folder`,
/// `hf://datasets/owner/name`.
public final class HubOpener implements StoreOpener {
  private static final Pattern TRAILING = Pattern.compile("/+$");

  /// For [java.util.ServiceLoader].
  public HubOpener() {}

  @Override
  public Set<String> schemes() {
    return Set.of("hf");
  }

  @Override
  public ObjectStore open(StoreAddress address, Settings settings) {
    URI endpoint =
        HubSettings.of("neox-remote", settings.environment(), Optional.empty(), Optional.empty())
            .endpoint();
    String text = TRAILING.matcher(endpoint.toString()).replaceAll("");
    StoreAddress web = StoreAddress.parse(text);
    List<String> below = web.names();
    return new HubStore(
        HttpStore.open(web, settings.environment()), address.authority(), String.join("/", below));
  }
}
