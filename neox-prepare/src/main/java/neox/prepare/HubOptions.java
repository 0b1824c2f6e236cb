package neox.prepare;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.help.HelpGroup;
import neox.hub.HubSettings;
import neox.hub.Token;
import picocli.CommandLine.Option;

/// Which hub is read, and as whom; used as a picocli mixin.
@HelpGroup("Hub")
final class HubOptions {
  @Option(
      names = "--endpoint",
      paramLabel = "URL",
      description = "The hub (default: HF_ENDPOINT, else https://huggingface.co).")
  private Optional<String> endpoint = Optional.empty();

  /// The settings; what is public needs no token.
  HubSettings settings(Map<String, String> environment, Console console) throws IOException {
    HubSettings settings =
        HubSettings.of("neox-prepare", environment, endpoint, Token.find(environment));
    if (settings.exposesToken()) {
      console.warn(
          "%s is not encrypted: others on the network can read the token", settings.endpoint());
    }
    return settings;
  }
}
