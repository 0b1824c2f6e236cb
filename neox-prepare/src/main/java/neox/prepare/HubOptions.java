package neox.prepare;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.hub.HubSettings;
import neox.hub.download.DownloadObserver;
import neox.hub.download.Downloads;
import neox.hub.download.Patience;
import picocli.CommandLine.Option;

/// Which hub is read, as whom, and how many files at a time; used as a picocli mixin.
@HelpGroup("Hub")
final class HubOptions {
  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "The hub (default: HF_ENDPOINT, else https://huggingface.co).")
  private Optional<String> endpoint = Optional.empty();

  @Option(
      names = "--downloads",
      paramLabel = "N",
      description = "How many files to fetch at a time, where they lie on disk (default: 4).")
  private int downloads = 4;

  /// How files are got.
  Downloads downloads(HubSettings settings, Patience patience, DownloadObserver observer) {
    return new Downloads(settings, patience, observer, atOnce());
  }

  private int atOnce() {
    if (downloads < 1) {
      throw UserException.of("--downloads: expected a number of at least 1, found %d", downloads);
    }
    return downloads;
  }

  /// The settings; what is public needs no token.
  HubSettings settings(Map<String, String> environment, Console console) throws IOException {
    HubSettings settings = HubSettings.forReading("neox-prepare", environment, endpoint);
    if (settings.exposesToken()) {
      console.warn(
          "%s is not encrypted: others on the network can read the token", settings.endpoint());
    }
    return settings;
  }
}
