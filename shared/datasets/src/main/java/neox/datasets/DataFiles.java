package neox.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.hub.RemoteFile;
import neox.hub.Snapshot;

/// Chooses the files of a data set's repository that hold one split of one configuration, as the
/// `datasets` library does: by the card's `configs`, else by the names of the files.
///
/// @param config the configuration's name; empty for the default one
/// @param split the split's name; empty for `train`
public record DataFiles(Optional<String> config, Optional<String> split) {
  private static final String TRAIN = "train";

  /// Kinds of files that hold rows, the preferred first: a repository may have its rows twice.
  private static final List<List<String>> KINDS =
      List.of(List.of(".parquet"), List.of(".jsonl", ".jsonl.zst", ".jsonl.gz", ".json.gz"));

  /// Words in a path that say which split it belongs to.
  private static final Map<String, Pattern> WORDS =
      Map.of(
          TRAIN,
          word("train|training"),
          "validation",
          word("validation|valid|val|dev"),
          "test",
          word("test|testing|eval|evaluation"));

  private static Pattern word(String words) {
    return Pattern.compile("(?:^|[-._ /0-9])(?:" + words + ")(?:$|[-._ /0-9])");
  }

  /// The files among those of a repository; [UserException] when the choice is not clear.
  public List<RemoteFile> choose(Snapshot snapshot) {
    Map<String, RemoteFile> files = new LinkedHashMap<>();
    snapshot.files().forEach(file -> files.put(file.name(), file));
    return choose(snapshot.repo().toString(), snapshot.card(), List.copyOf(files.keySet())).stream()
        .map(name -> Objects.requireNonNull(files.get(name)))
        .toList();
  }

  /// The paths of the files among those of a repository.
  ///
  /// @param repo what messages call it
  /// @param card the metadata at the top of its README; missing when there is none
  List<String> choose(String repo, JsonNode card, List<String> files) {
    JsonNode configs = card.path("configs");
    return configs.isArray() && !configs.isEmpty()
        ? byCard(repo, configs, files)
        : byNames(repo, files);
  }

  private List<String> byCard(String repo, JsonNode configs, List<String> all) {
    JsonNode chosen = config(repo, configs);
    Map<String, List<String>> patterns = patterns(chosen.path("data_files"));
    String wanted = split.orElse(TRAIN);
    List<String> ofSplit = patterns.get(wanted);
    if (ofSplit == null) {
      throw UserException.of(
          "%s has no split '%s'; it has %s", repo, wanted, String.join(", ", patterns.keySet()));
    }
    String directory = chosen.path("data_dir").asText("");
    List<String> files =
        all.stream()
            .filter(file ->
                ofSplit.stream()
                    .map(pattern -> directory.isEmpty() ? pattern : directory + "/" + pattern)
                    .anyMatch(pattern -> Glob.fits(pattern, file)))
            .toList();
    if (files.isEmpty()) {
      throw UserException.of(
          "%s: its card names %s for the split '%s', but no file fits",
          repo, String.join(", ", ofSplit), wanted);
    }
    return files;
  }

  private JsonNode config(String repo, JsonNode configs) {
    Map<String, JsonNode> byName = new LinkedHashMap<>();
    configs.forEach(node -> byName.put(node.path("config_name").asText("default"), node));
    Optional<JsonNode> chosen =
        config.isPresent()
            ? Optional.ofNullable(byName.get(config.get()))
            : Stream.concat(
                    byName.values().stream().filter(node -> node.path("default").asBoolean()),
                    Stream.ofNullable(byName.get("default")))
                .findFirst()
                .or(() -> byName.values().stream().findFirst().filter(n -> byName.size() == 1));
    return chosen.orElseThrow(() ->
        UserException.of(
            "%s has %s; name one of %s",
            repo,
            config
                .map(name -> "no configuration '" + name + "'")
                .orElse("several configurations and no default"),
            String.join(", ", byName.keySet())));
  }

  /// The patterns of each split: the card may give one pattern, several, or several per split.
  private static Map<String, List<String>> patterns(JsonNode dataFiles) {
    Map<String, List<String>> patterns = new LinkedHashMap<>();
    if (dataFiles.isTextual()) {
      patterns.put(TRAIN, List.of(dataFiles.asText()));
    }
    for (JsonNode node : dataFiles.isArray() ? dataFiles : List.<JsonNode>of()) {
      String name = node.isTextual() ? TRAIN : node.path("split").asText(TRAIN);
      JsonNode paths = node.isTextual() ? node : node.path("path");
      List<String> list = patterns.computeIfAbsent(name, key -> new ArrayList<>());
      if (paths.isTextual()) {
        list.add(paths.asText());
      }
      paths.forEach(path -> list.add(path.asText()));
    }
    return patterns;
  }

  private List<String> byNames(String repo, List<String> files) {
    if (config.isPresent()) {
      throw UserException.of(
          "%s names no configurations; give a path instead of '%s'", repo, config.get());
    }
    List<String> rows =
        KINDS.stream()
            .map(endings -> ofKind(files, endings))
            .filter(ofKind -> !ofKind.isEmpty())
            .findFirst()
            .orElseThrow(() ->
                UserException.of(
                    "%s has no file of rows (%s); give the path of what to read",
                    repo, KINDS.stream().flatMap(List::stream).collect(Collectors.joining(", "))));
    Pattern wanted = WORDS.getOrDefault(split.orElse(TRAIN), word(Pattern.quote(split.orElse(""))));
    List<String> ofSplit = named(rows, wanted);
    boolean splits = WORDS.values().stream().anyMatch(word -> !named(rows, word).isEmpty());
    if (ofSplit.isEmpty() && (splits || split.isPresent())) {
      throw UserException.of(
          "%s: no file's name says that it belongs to the split '%s'; give a path",
          repo, split.orElse(TRAIN));
    }
    return ofSplit.isEmpty() ? rows : ofSplit;
  }

  private static List<String> ofKind(List<String> files, List<String> endings) {
    return files.stream().filter(file -> endings.stream().anyMatch(file::endsWith)).toList();
  }

  private static List<String> named(List<String> files, Pattern word) {
    return files.stream().filter(file -> word.matcher(file).find()).toList();
  }
}
