package neox.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
record DataFiles(Optional<String> config, Optional<String> split) {
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

  /// The files in the order of their names; [UserException] when the choice is not clear.
  List<RemoteFile> choose(Snapshot snapshot) {
    JsonNode configs = snapshot.card().path("configs");
    return configs.isArray() && !configs.isEmpty() ? byCard(snapshot, configs) : byNames(snapshot);
  }

  private List<RemoteFile> byCard(Snapshot snapshot, JsonNode configs) {
    JsonNode chosen = config(snapshot, configs);
    Map<String, List<String>> patterns = patterns(chosen.path("data_files"));
    String wanted = split.orElse(TRAIN);
    List<String> ofSplit = patterns.get(wanted);
    if (ofSplit == null) {
      throw UserException.of(
          "%s has no split '%s'; give --split with one of %s",
          snapshot.repo(), wanted, String.join(", ", patterns.keySet()));
    }
    String directory = chosen.path("data_dir").asText("");
    List<RemoteFile> files =
        snapshot.files().stream()
            .filter(file ->
                ofSplit.stream()
                    .map(pattern -> directory.isEmpty() ? pattern : directory + "/" + pattern)
                    .anyMatch(pattern -> Glob.fits(pattern, file.name())))
            .toList();
    if (files.isEmpty()) {
      throw UserException.of(
          "%s: its card names %s for the split '%s', but no file fits",
          snapshot.repo(), String.join(", ", ofSplit), wanted);
    }
    return files;
  }

  private JsonNode config(Snapshot snapshot, JsonNode configs) {
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
            "%s has %s; give --config with one of %s",
            snapshot.repo(),
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

  private List<RemoteFile> byNames(Snapshot snapshot) {
    if (config.isPresent()) {
      throw UserException.of(
          "%s names no configurations; give a path instead of --config", snapshot.repo());
    }
    List<RemoteFile> rows =
        KINDS.stream()
            .map(endings -> ofKind(snapshot, endings))
            .filter(files -> !files.isEmpty())
            .findFirst()
            .orElseThrow(() ->
                UserException.of(
                    "%s has no file of rows (%s); give the path of what to read",
                    snapshot.repo(),
                    KINDS.stream().flatMap(List::stream).collect(Collectors.joining(", "))));
    Pattern wanted = WORDS.getOrDefault(split.orElse(TRAIN), word(Pattern.quote(split.orElse(""))));
    List<RemoteFile> ofSplit = named(rows, wanted);
    boolean splits = WORDS.values().stream().anyMatch(word -> !named(rows, word).isEmpty());
    if (ofSplit.isEmpty() && (splits || split.isPresent())) {
      throw UserException.of(
          "%s: no file's name says that it belongs to the split '%s'; give a path",
          snapshot.repo(), split.orElse(TRAIN));
    }
    return ofSplit.isEmpty() ? rows : ofSplit;
  }

  private static List<RemoteFile> ofKind(Snapshot snapshot, List<String> endings) {
    return snapshot.files().stream()
        .filter(file -> endings.stream().anyMatch(file.name()::endsWith))
        .toList();
  }

  private static List<RemoteFile> named(List<RemoteFile> files, Pattern word) {
    return files.stream().filter(file -> word.matcher(file.name()).find()).toList();
  }
}
