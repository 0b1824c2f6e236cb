package neox.config;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import neox.base.UserException;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// GPT-NeoX's own configurations, each with the files that it is run with there: accepted, or
/// refused for what is not built yet. `verdicts.tsv` says which, and for which keys: file, verdict
/// as it is, verdict with `--set precision=bfloat16`.
class GptNeoxConfigsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/gpt-neox-configs");

  /// What is never run by itself: paths of a machine, and the training part of networks without
  /// one.
  private static final List<String> OVERLAYS =
      List.of("local_setup.yml", "slurm_local.yml", "llama/train_config.yml");

  /// What is added to another configuration.
  private static final Set<String> ADDITIONS =
      Set.of("sparse.yml", "prof.yml", "cpu_mock_config.yml", "text_generation.yml");

  private static final Pattern PROBLEM = Pattern.compile("\\S+: ([a-z_0-9.]+): (.*)");

  @TempDir Path directory;

  /// File name → key → value.
  private static Map<String, ObjectNode> configs() throws IOException {
    Map<String, ObjectNode> configs = new TreeMap<>();
    Json.read(GOLDEN.resolve("keys.json"))
        .properties()
        .forEach(file -> configs.put(file.getKey(), (ObjectNode) file.getValue()));
    return configs;
  }

  @Test
  void eachIsAcceptedOrRefusedForWhatIsNotBuiltYet() throws IOException {
    Map<String, ObjectNode> configs = configs();
    List<String> verdicts = new ArrayList<>();
    for (String name : configs.keySet()) {
      if (!OVERLAYS.contains(name)) {
        List<Path> files = write(name, configs);
        String asItIs = verdict(files, Map.of());
        String inBfloat16 = verdict(files, Map.of("precision", "bfloat16"));
        verdicts.add(String.join("\t", name, asItIs, inBfloat16));
      }
    }
    Path golden = GOLDEN.resolve("verdicts.tsv");
    if (Boolean.getBoolean("neox.update")) {
      Files.write(golden, verdicts);
    }
    verdicts.forEach(System.out::println);
    assertThat(verdicts).isEqualTo(Files.readAllLines(golden));
  }

  /// The files of one run, none of which repeats a key: GPT-NeoX would refuse it.
  private List<Path> write(String name, Map<String, ObjectNode> configs) throws IOException {
    ObjectNode own = get(configs, name);
    List<Path> files = new ArrayList<>(List.of(write("own.json", own)));
    if (name.startsWith("post-training/")) {
      return files; // whole in one file
    }
    ObjectNode all = own.deepCopy();
    if (ADDITIONS.contains(name)) {
      files.add(write("base.json", without(get(configs, "125M.yml"), all)));
      all.setAll(get(configs, "125M.yml"));
    } else if (!own.has("optimizer")) {
      files.add(write("train.json", without(get(configs, "llama/train_config.yml"), all)));
    }
    files.add(write("local.json", without(get(configs, "local_setup.yml"), all)));
    return files;
  }

  private static ObjectNode get(Map<String, ObjectNode> configs, String name) {
    return Objects.requireNonNull(configs.get(name), name);
  }

  private Path write(String name, JsonNode keys) throws IOException {
    return Files.writeString(directory.resolve(name), Json.pretty(keys));
  }

  private static ObjectNode without(ObjectNode overlay, ObjectNode keys) {
    Set<String> given =
        keys.properties().stream().map(key -> plain(key.getKey())).collect(Collectors.toSet());
    ObjectNode rest = overlay.deepCopy();
    overlay
        .fieldNames()
        .forEachRemaining(key -> {
          boolean otherData = plain(key).equals("data_path") && given.contains("train_data_paths");
          if (given.contains(plain(key)) || otherData) {
            rest.remove(key);
          }
        });
    return rest;
  }

  private static String plain(String key) {
    return key.replace('-', '_');
  }

  /// `accepted` with what a warning names, or the keys that are refused; `!` before one that is not
  /// refused because it is not built yet, but as wrong or old.
  private static String verdict(List<Path> files, Map<String, String> overrides)
      throws IOException {
    try {
      LoadedConfig loaded = ConfigLoader.read(new ConfigSource(Optional.empty(), files, overrides));
      loaded.config().requireTrainable();
      return "accepted" + loaded.unheard().stream().map(key -> " ~" + key).collect(joining());
    } catch (UserException e) {
      String message = String.valueOf(e.getMessage());
      return message.lines().map(GptNeoxConfigsTest::refused).collect(joining(" "));
    }
  }

  private static String refused(String line) {
    assertThat(line).matches(PROBLEM);
    String key = PROBLEM.matcher(line).replaceFirst("$1");
    return line.contains("not built yet") && !line.contains("no more") ? key : "!" + key;
  }
}
