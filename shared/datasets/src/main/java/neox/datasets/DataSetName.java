package neox.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;

/// Which data set is meant, in the words of `datasets.load_dataset`: a repository `OWNER/NAME` of a
/// hub, a directory, or the name of a format (`json`, `parquet`, …) whose files are named.
///
/// @param path the repository, the directory or the format
/// @param config one of its configurations; empty for the default one
/// @param revision a branch, a tag or a commit of the repository
/// @param files of each split, where they are named: paths, patterns, `https://` or `hf://`
///   addresses
public record DataSetName(
    String path, Optional<String> config, String revision, Map<String, List<String>> files) {
  private static final Set<String> FORMATS = Set.of("json", "parquet", "arrow", "csv", "text");
  private static final Set<String> WITHOUT_EFFECT =
      Set.of("trust_remote_code", "cache_dir", "keep_in_memory", "streaming", "verification_mode");
  private static final String MAIN = "main";
  private static final String TRAIN = "train";

  public DataSetName {
    Map<String, List<String>> copy = new LinkedHashMap<>();
    files.forEach((split, names) -> copy.put(split, List.copyOf(names)));
    files = copy;
  }

  /// A repository of a hub.
  public static DataSetName of(String path, Optional<String> config) {
    return new DataSetName(path, config, MAIN, Map.of());
  }

  /// What a task says by `dataset_path`, `dataset_name` and `dataset_kwargs`.
  ///
  /// @param keywords an object; missing or null for none
  /// @param where the task is written, for messages
  public static DataSetName of(
      String path, Optional<String> config, JsonNode keywords, String where) {
    Map<String, List<String>> files = new LinkedHashMap<>();
    String revision = MAIN;
    for (Map.Entry<String, JsonNode> keyword : keywords.properties()) {
      switch (keyword.getKey()) {
        case "data_files" -> files.putAll(files(keyword.getValue()));
        case "revision" -> revision = keyword.getValue().asText(MAIN);
        case String known when WITHOUT_EFFECT.contains(known) -> {}
        default ->
            throw UserException.of(
                "%s: dataset_kwargs: '%s' is not supported; known are data_files and revision",
                where, keyword.getKey());
      }
    }
    if (FORMATS.contains(path) && files.isEmpty()) {
      throw UserException.of(
          "%s: dataset_path is the format '%s'; expected dataset_kwargs with data_files",
          where, path);
    }
    return new DataSetName(path, config, revision, files);
  }

  /// One name or several, of one split or by split.
  private static Map<String, List<String>> files(JsonNode value) {
    Map<String, List<String>> files = new LinkedHashMap<>();
    if (value.isObject()) {
      value.properties().forEach(split -> files.put(split.getKey(), names(split.getValue())));
    } else {
      files.put(TRAIN, names(value));
    }
    return files;
  }

  private static List<String> names(JsonNode value) {
    List<String> names = new ArrayList<>();
    if (value.isTextual()) {
      names.add(value.textValue());
    }
    value.forEach(name -> names.add(name.asText()));
    return names;
  }

  /// Whether the files are all there is: there is no repository.
  boolean isFormat() {
    return FORMATS.contains(path);
  }

  /// The last part of the path.
  String shortName() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /// As messages call it.
  @Override
  public String toString() {
    return path + config.map(name -> " (" + name + ")").orElse("");
  }
}
