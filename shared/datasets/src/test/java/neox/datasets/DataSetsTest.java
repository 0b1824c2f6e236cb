package neox.datasets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.MissingNode;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;
import neox.base.Console;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.HubSettings;
import neox.hub.download.DownloadObserver;
import neox.hub.download.Patience;
import neox.hub.fixture.HubServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetsTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final DataSetName WORDS = DataSetName.of("alice/words", Optional.empty());
  private static final DataSetName GERMAN = DataSetName.of("alice/words", Optional.of("de"));

  @TempDir Path home;
  private final Map<String, String> environment = new HashMap<>();
  private final Console console =
      new Console(
          new ByteArrayInputStream(new byte[0]),
          new PrintStream(new ByteArrayOutputStream()),
          new PrintStream(new ByteArrayOutputStream()),
          false,
          true);

  private Path data() {
    return home.resolve("data");
  }

  private Path write(String path, String text) throws IOException {
    return write(path, text.getBytes(UTF_8));
  }

  private Path write(String path, byte[] bytes) throws IOException {
    Path file = home.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private static String row(String word) {
    return "{\"word\":\"" + word + "\"}\n";
  }

  private static byte[] parquet() throws IOException {
    return Files.readAllBytes(Golden.path("evalrows/snappy.parquet"));
  }

  private DataSets offline() {
    environment.put("HF_HOME", home.resolve("hf").toString());
    return DataSets.of(data(), environment, new DataSets.Access.Offline("--offline"), console);
  }

  private static List<String> words(DataSets sets, DataSetName name, String split)
      throws IOException {
    try (sets) {
      return sets.rows("task", name, split).stream()
          .map(row -> row.fields().path("word").asText(row.fields().path("id").asText()))
          .toList();
    }
  }

  private List<String> words(DataSetName name, String split) throws IOException {
    return words(offline(), name, split);
  }

  @Test
  void prefersTheFolderOfTheTaskThenThatOfTheDataSet() throws IOException {
    write("data/words/test.jsonl", row("short"));
    assertThat(words(WORDS, "test")).containsExactly("short");
    write("data/alice/words/default/test.jsonl", row("set"));
    assertThat(words(WORDS, "test")).containsExactly("set");
    write("data/task/test.jsonl", row("task"));
    assertThat(words(WORDS, "test")).containsExactly("task");
    assertThat(words(GERMAN, "test")).containsExactly("task");
  }

  @Test
  void neverTakesTheRowsOfAnotherConfigurationOrSplit() throws IOException {
    write("data/words/test.jsonl", row("no configuration"));
    write("data/alice/words/en/test.jsonl", row("English"));
    write("data/alice/words/de/train.jsonl", row("Training"));
    assertThatThrownBy(() -> words(GERMAN, "test"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            data()
                + "/task/test.jsonl: no such file; task task needs the split 'test' of the data"
                + " set alice/words (de) there (.jsonl, .jsonl.gz, .jsonl.zst, .json, .json.gz,"
                + " .json.zst, .parquet, .arrow), and --offline forbids to fetch it");
    write("data/words/de/test.jsonl", row("deutsch"));
    assertThat(words(GERMAN, "test")).containsExactly("deutsch");
  }

  @Test
  void readsEveryKindOfFile() throws IOException {
    write("data/task/a.json", "[{\"word\": \"x\"},\n {\"word\": \"y\", \"more\": 1}]");
    write("data/task/b.json", row("lines"));
    write("data/task/c.parquet", parquet());
    write("data/task/d.arrow", Files.readAllBytes(Golden.path("arrow/stream.arrow")));
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(zipped)) {
      gzip.write(row("zipped").getBytes(UTF_8));
    }
    write("data/task/e.jsonl.gz", zipped.toByteArray());
    write("data/task/f.jsonl.zst", Zstd.compress(row("zst").getBytes(UTF_8)));
    assertThat(words(WORDS, "a")).containsExactly("x", "y");
    assertThat(words(WORDS, "b")).containsExactly("lines");
    assertThat(words(WORDS, "c")).hasSize(7).startsWith("Mercury_0");
    assertThat(words(WORDS, "d")).isEqualTo(words(WORDS, "c"));
    assertThat(words(WORDS, "e")).containsExactly("zipped");
    assertThat(words(WORDS, "f")).containsExactly("zst");
    Path broken = write("data/task/g.jsonl.gz", "no gzip");
    assertThatThrownBy(() -> words(WORDS, "g"))
        .isInstanceOf(UserException.class)
        .hasMessage(broken + ": not in gzip's format");
  }

  @Test
  void everyRowHasEveryColumnOfTheSplit() throws IOException {
    write("data/task/test-00000-of-00002.jsonl", "{\"b\": 1, \"a\": 2}\n");
    write("data/task/test-00001-of-00002.jsonl", "{\"a\": 3, \"c\": 4}\n");
    try (DataSets sets = offline()) {
      assertThat(sets.rows("task", WORDS, "test").stream().map(row -> Json.line(row.fields())))
          .containsExactly("{\"b\":1,\"a\":2,\"c\":null}", "{\"b\":null,\"a\":3,\"c\":4}");
    }
  }

  @Test
  void shardsCountWhenAllAreThere() throws IOException {
    write("data/task/test-00000-of-00002.jsonl", row("half"));
    assertThatThrownBy(() -> words(WORDS, "test")).hasMessageContaining("no such file");
    write("data/task/test-00001-of-00002.jsonl", row("other half"));
    assertThat(words(WORDS, "test")).containsExactly("half", "other half");
  }

  private static final String CARD =
      """
      ---
      configs:
      - config_name: en
        data_files: en/*.jsonl
      - config_name: de
        data_files:
        - split: test
          path: german/t-*
      ---
      # Words
      """;

  @Test
  void findsFilesInACopyOfTheRepositoryByItsCard() throws IOException {
    write("data/alice/words/README.md", CARD);
    write("data/alice/words/german/t-00000-of-00001.jsonl", row("deutsch"));
    write("data/alice/words/en/x.jsonl", row("English"));
    write("data/alice/words/.cache/german/t-x.jsonl", row("no"));
    assertThat(words(GERMAN, "test")).containsExactly("deutsch");
    DataSetName english = DataSetName.of("alice/words", Optional.of("en"));
    assertThat(words(english, "train")).containsExactly("English");
    DataSetName directory =
        DataSetName.of(data().resolve("alice/words").toString(), Optional.of("de"));
    assertThat(words(directory, "test")).containsExactly("deutsch");
  }

  @Test
  void findsWhatTheHubsToolsHaveDownloaded() throws IOException {
    String snapshot = "hf/hub/datasets--alice--words/snapshots/" + COMMIT + "/";
    write("hf/hub/datasets--alice--words/refs/main", COMMIT);
    write(snapshot + "de/test-00000-of-00002.parquet", parquet());
    write(
        snapshot + "README.md",
        "---\nconfigs:\n- {config_name: de, data_files: [{split: test, path: de/test-*}]}\n---\n");
    assertThatThrownBy(() -> words(GERMAN, "test")).hasMessageContaining("no such file");
    write(snapshot + "de/test-00001-of-00002.parquet", parquet());
    assertThat(words(GERMAN, "test")).hasSize(14);
    DataSetName file =
        new DataSetName(
            "json",
            Optional.empty(),
            "main",
            Map.of("test", List.of("hf://datasets/alice/words/x.jsonl")));
    write(snapshot + "x.jsonl", row("x"));
    assertThat(words(file, "test")).containsExactly("x");
  }

  @Test
  void findsWhatTheDatasetsLibraryHasPrepared() throws IOException {
    environment.put("HF_DATASETS_CACHE", Golden.path("arrow/cache").toString());
    DataSetName tiny = DataSetName.of("alice/TinyWords", Optional.empty());
    try (DataSets sets = offline()) {
      assertThat(sets.rows("task", tiny, "train").stream().map(row -> Json.line(row.fields())))
          .hasSize(5)
          .last()
          .isEqualTo(
              "{\"text\":\"row 4\",\"label\":4,\"answers\":{\"text\":[\"4\"],\"start\":[4]}}");
      assertThat(sets.rows("task", tiny, "test")).hasSize(1);
      assertThatThrownBy(() -> sets.rows("task", tiny, "validation"))
          .hasMessageContaining("no such file");
    }
  }

  @Test
  void refusesAPreparedSplitThatHasLostRows() throws IOException {
    String prepared = "arrow/alice___tiny_words/default/0.0.0/abc";
    String golden = "arrow/cache/alice___tiny_words/default/0.0.0/abc123/";
    write(
        prepared + "/tiny_words-train.arrow",
        Files.readAllBytes(Golden.path(golden + "tiny_words-test.arrow")));
    write(
        prepared + "/dataset_info.json",
        Files.readAllBytes(Golden.path(golden + "dataset_info.json")));
    environment.put("HF_DATASETS_CACHE", home.resolve("arrow").toString());
    assertThatThrownBy(() -> words(DataSetName.of("alice/tiny_words", Optional.empty()), "train"))
        .hasMessage(
            home.resolve(prepared)
                + ": has 1 rows of the split 'train', its dataset_info.json says 5; delete it");
  }

  private record Silent() implements DownloadObserver {
    @Override
    public void progress(String name, long doneBytes, OptionalLong totalBytes) {}

    @Override
    public void warn(String line) {}
  }

  private DataSets online(HubServer hub) {
    environment.put("HOME", home.toString());
    environment.put("HF_ENDPOINT", hub.endpoint());
    HubSettings settings =
        HubSettings.of("neox-test", environment, Optional.empty(), Optional.empty());
    Patience patience = new Patience(Duration.ofMinutes(1), Duration.ofSeconds(2), 5, pause -> {});
    return DataSets.of(
        data(), environment, new DataSets.Access.Online(settings, patience, new Silent()), console);
  }

  @Test
  void fetchesWhatIsMissingOnceAndKeepsIt() throws IOException {
    try (HubServer hub = HubServer.start()) {
      hub.add("datasets/alice/words", "main", Map.of("de/test-00000-of-00001.parquet", parquet()));
      hub.card(
          "datasets/alice/words",
          "{\"configs\": [{\"config_name\": \"de\", \"data_files\":"
              + " [{\"split\": \"test\", \"path\": \"de/test-*\"}]}]}");
      assertThat(words(online(hub), GERMAN, "test")).hasSize(7);
      assertThat(Files.readAllLines(data().resolve("alice/words/de/test.jsonl"))).hasSize(7);
      int calls = hub.calls().size();
      assertThat(words(online(hub), GERMAN, "test")).hasSize(7);
      assertThat(hub.calls()).hasSize(calls);
      assertThatThrownBy(() -> words(online(hub), GERMAN, "train"))
          .isInstanceOf(UserException.class)
          .hasMessage("task task: alice/words has no split 'train'; it has test");
      assertThat(hub.violations()).isEmpty();
    }
    assertThat(words(GERMAN, "test")).hasSize(7);
  }

  @Test
  void fetchesFilesThatAreNamed() throws IOException {
    try (HubServer hub = HubServer.start()) {
      hub.add(
          "datasets/alice/words",
          "main",
          Map.of(
              "data/x.jsonl",
              row("x").getBytes(UTF_8),
              "y.json",
              "[{\"word\": \"y\"}]".getBytes(UTF_8)));
      DataSetName files =
          DataSetName.of(
              "json",
              Optional.empty(),
              Json.parse(
                  "{\"data_files\": {\"test\": [\"hf://datasets/alice/words/data/x.jsonl\","
                      + " \"hf://datasets/alice/words/y.json\"]}}",
                  "test"),
              "task.yaml");
      assertThat(words(online(hub), files, "test")).containsExactly("x", "y");
      assertThat(data().resolve("task/test.jsonl")).exists();
      assertThatThrownBy(() -> words(online(hub), files, "train"))
          .hasMessage("task task: dataset_kwargs name no file of the split 'train'");
    }
  }

  @Test
  void leavesNothingBehindWhenTheHubFails() throws IOException {
    try (HubServer hub = HubServer.start()) {
      hub.add(
          "datasets/alice/words",
          "main",
          Map.of("test.jsonl", "{\"a\": 1}\n[1]\n".getBytes(UTF_8)));
      assertThatThrownBy(() -> words(online(hub), WORDS, "test"))
          .hasMessage("task task: test.jsonl:2: expected a JSON object, found ARRAY");
      assertThat(data().resolve("alice/words/default/test.jsonl")).doesNotExist();
    }
  }

  @Test
  void readsTheKeywordsOfTasks() {
    assertThat(DataSetName.of("a/b", Optional.of("c"), MissingNode.getInstance(), "x.yaml"))
        .hasToString("a/b (c)");
    DataSetName one =
        DataSetName.of(
            "a/b",
            Optional.empty(),
            Json.parse("{\"data_files\": \"x/*.jsonl\", \"trust_remote_code\": true}", "test"),
            "x.yaml");
    assertThat(one.files()).isEqualTo(Map.of("train", List.of("x/*.jsonl")));
    assertThatThrownBy(
            () -> DataSetName.of("json", Optional.empty(), MissingNode.getInstance(), "x.yaml"))
        .hasMessage(
            "x.yaml: dataset_path is the format 'json'; expected dataset_kwargs with data_files");
    assertThatThrownBy(() ->
            DataSetName.of(
                "a/b", Optional.empty(), Json.parse("{\"field\": \"x\"}", "test"), "x.yaml"))
        .hasMessage(
            "x.yaml: dataset_kwargs: 'field' is not supported; known are data_files and revision");
  }
}
