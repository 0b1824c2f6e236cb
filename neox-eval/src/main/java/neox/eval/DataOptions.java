package neox.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.LocalCache;
import neox.base.help.HelpGroup;
import neox.datasets.DataSets;
import neox.datasets.DataSets.Access;
import neox.hub.HubSettings;
import neox.hub.download.ConsoleObserver;
import neox.hub.download.Patience;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Where the data sets of tasks are; used as a picocli mixin.
@HelpGroup("Data sets")
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where data sets are looked for first, and put when they are fetched (default: datasets"
              + " in neox's cache, see NEOX_CACHE).")
  private @Nullable Path directory;

  @Option(names = "--offline", description = "Fetch nothing: what is missing is an error.")
  private boolean offline;

  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "Fetch from this hub (default: HF_ENDPOINT, else https://huggingface.co).")
  private Optional<String> endpoint = Optional.empty();

  Path directory(Map<String, String> environment) {
    return directory != null ? directory : LocalCache.directory(environment).resolve("datasets");
  }

  /// The caller closes them.
  DataSets open(Map<String, String> environment, Console console) throws IOException {
    return DataSets.of(directory(environment), environment, access(environment, console), console);
  }

  private Access access(Map<String, String> environment, Console console) throws IOException {
    if (offline) {
      return new Access.Offline("--offline");
    }
    HubSettings settings = HubSettings.forReading("neox-eval", environment, endpoint);
    if (settings.offlineVariable().isPresent()) {
      return new Access.Offline(settings.offlineVariable().get());
    }
    if (settings.exposesToken()) {
      console.warn(
          "%s is not encrypted: others on the network can read the token", settings.endpoint());
    }
    return new Access.Online(settings, Patience.usual(), new ConsoleObserver(console, () -> false));
  }
}
