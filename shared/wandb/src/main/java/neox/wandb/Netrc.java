package neox.wandb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.NamedFiles;

/// The file in which `wandb login` keeps the key: words in the order `machine NAME login user
/// password SECRET`, over any number of lines.
final class Netrc {
  /// `NETRC`, else `~/.netrc`, else `~/_netrc`, where there is one.
  static Optional<Path> find(Map<String, String> environment) {
    String named = environment.getOrDefault("NETRC", "");
    Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
    List<Path> places =
        named.isBlank()
            ? List.of(home.resolve(".netrc"), home.resolve("_netrc"))
            : List.of(named.startsWith("~/") ? home.resolve(named.substring(2)) : Path.of(named));
    return places.stream().filter(Files::isRegularFile).findFirst();
  }

  /// The password of the first of these machines that the file names.
  static Optional<String> password(Path file, List<String> machines) throws IOException {
    String text = NamedFiles.readString(file).replaceAll("(?m)^\\s*#.*$", " ");
    String[] words = text.strip().split("\\s+");
    for (String machine : machines) {
      Optional<String> found = password(words, machine);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> password(String[] words, String machine) {
    boolean here = false;
    for (int i = 0; i + 1 < words.length; i++) {
      switch (words[i]) {
        case "machine" -> here = words[++i].equals(machine);
        case "password" -> {
          i++;
          if (here) {
            return Optional.of(words[i]);
          }
        }
        case "login", "account" -> i++;
        default -> {}
      }
    }
    return Optional.empty();
  }

  private Netrc() {}
}
