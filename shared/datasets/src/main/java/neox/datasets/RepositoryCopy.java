package neox.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/// A directory that holds what a data set's repository holds, or some of it.
///
/// @param name what messages call the repository
record RepositoryCopy(Path directory, String name) {
  private static final Pattern SHARD = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})(\\.[^/]*)");
  private static final Pattern CARD =
      Pattern.compile("\\A---\\s*\\n(.*?)\\n---\\s*(?:\\n|\\z)", Pattern.DOTALL);

  /// The files of one split, by the card and the names, in order; empty when they are not here, or
  /// not all.
  Optional<List<Path>> split(DataSetName set, String split) throws IOException {
    List<String> names = names();
    List<String> chosen;
    if (!set.files().isEmpty()) {
      List<String> patterns = set.files().getOrDefault(split, List.of());
      chosen = names.stream().filter(file -> fitsOne(patterns, file)).toList();
    } else {
      try {
        chosen = new DataFiles(set.config(), Optional.of(split)).choose(name, card(), names);
      } catch (UserException unclear) {
        return Optional.empty();
      }
    }
    return chosen.isEmpty() || !allShards(chosen)
        ? Optional.empty()
        : Optional.of(chosen.stream().sorted().map(directory::resolve).toList());
  }

  private static boolean fitsOne(List<String> patterns, String file) {
    return patterns.stream().anyMatch(pattern -> Glob.fits(pattern, file));
  }

  /// Paths below the directory; what tools keep for themselves is left out.
  private List<String> names() throws IOException {
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.filter(Files::isRegularFile)
          .map(path -> directory.relativize(path).toString())
          .filter(path -> !path.startsWith(".") && !path.contains("/."))
          .sorted()
          .toList();
    }
  }

  /// The metadata at the top of the README; missing when there is none.
  private JsonNode card() throws IOException {
    Path readme = directory.resolve("README.md");
    if (!Files.isRegularFile(readme)) {
      return MissingNode.getInstance();
    }
    Matcher card = CARD.matcher(NamedFiles.readString(readme).replace("\r\n", "\n"));
    if (!card.find()) {
      return MissingNode.getInstance();
    }
    try {
      Object value = new Yaml(new SafeConstructor(new LoaderOptions())).load(card.group(1));
      return Json.mapper().valueToTree(value);
    } catch (YAMLException e) {
      return MissingNode.getInstance(); // the hub itself shows such a card as none
    }
  }

  /// `NAME-00001-of-00003.parquet` is one of three.
  static boolean allShards(List<String> files) {
    Map<String, Integer> found = new HashMap<>();
    Map<String, Integer> wanted = new HashMap<>();
    for (String file : files) {
      Matcher shard = SHARD.matcher(file);
      if (shard.matches()) {
        String family = shard.group(1) + shard.group(3) + shard.group(4);
        found.merge(family, 1, Integer::sum);
        wanted.put(family, Integer.valueOf(shard.group(3)));
      }
    }
    return found.equals(wanted);
  }
}
