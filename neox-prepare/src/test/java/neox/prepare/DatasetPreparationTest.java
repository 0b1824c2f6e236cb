package neox.prepare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static neox.hub.fixture.DownloadServer.cut;
import static neox.hub.fixture.DownloadServer.stall;
import static neox.hub.fixture.DownloadServer.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import neox.base.json.Json;
import neox.hub.fixture.DownloadServer;
import neox.hub.fixture.Fault;
import neox.hub.fixture.HubServer;
import okio.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetPreparationTest {
  private static final String NONE = "{\"datasets\": []}";

  @TempDir Path directory;
  private DownloadServer server;
  private HubServer hub;

  @BeforeEach
  void start() throws IOException {
    server = DownloadServer.start();
    hub = HubServer.start();
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
    hub.close();
  }

  @Test
  void tokenizesAnAddressWhileItIsDownloaded() throws Exception {
    List<String> texts = texts(2000, 1);
    byte[] packed = Zstd.compress(rows(texts));
    String path = "/some/corpus.jsonl.zst";
    server.put(path, packed);
    server.fail(path, status(503), cut(packed.length / 3), stall(packed.length / 3));

    Run run = prepare(NONE, server.address(path));

    assertThat(run.err()).contains("next: neox-train CONFIG --set data_path=");
    assertThat(run.exitCode()).isZero();
    assertThat(documents("corpus")).isEqualTo(texts);
    assertThat(Run.files(directory))
        .containsExactly(
            "corpus/corpus.json",
            "corpus/corpus_text_document.bin",
            "corpus/corpus_text_document.idx");
    assertThat(server.log())
        .containsExactly(
            "GET " + path,
            "GET " + path,
            "GET " + path + " bytes=" + packed.length / 3 + "-",
            "GET " + path + " bytes=" + packed.length / 3 * 2 + "-");
  }

  @Test
  void makesTheSameBytesWithAndWithoutTheRawFile() throws Exception {
    server.put("/corpus.jsonl", rows(texts(500, 2)));
    prepare(NONE, server.address("/corpus.jsonl"), "--name", "pipe");
    Run kept = prepare(NONE, server.address("/corpus.jsonl"), "--name", "kept", "--keep-raw");
    assertThat(kept.err()).contains("downloaded " + directory.resolve("kept/corpus.jsonl"));
    assertThat(directory.resolve("kept/corpus.jsonl")).hasBinaryContent(rows(texts(500, 2)));
    for (String ending : List.of("bin", "idx")) {
      assertThat(directory.resolve("pipe/pipe_text_document." + ending))
          .hasSameBinaryContentAs(directory.resolve("kept/kept_text_document." + ending));
    }
  }

  @Test
  void keepsTheRawFileThatIsThereAndFetchesItAgainOnRequest() throws Exception {
    String address = server.address("/corpus.jsonl");
    server.put("/corpus.jsonl", rows(List.of("one")));
    prepare(NONE, address, "--keep-raw");
    assertThat(prepare(NONE, address, "--keep-raw").err())
        .contains(directory.resolve("corpus") + ": the data set is there already (-f makes it");
    assertThat(prepare(NONE, address, "--keep-raw", "--overwrite").err())
        .contains("corpus.jsonl is there already");
    assertThat(server.log()).hasSize(1);
    server.put("/corpus.jsonl", rows(List.of("two")));
    assertThat(prepare(NONE, address, "--keep-raw", "-f").exitCode()).isZero();
    assertThat(documents("corpus")).containsExactly("two");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/other/corpus.jsonl", "/corpus.jsonl?file=2"})
  void takesNoRawFileOfAnotherAddress(String other) throws Exception {
    server.put("/corpus.jsonl", rows(List.of("one")));
    server.put(other, rows(List.of("two")));
    prepare(NONE, server.address("/corpus.jsonl"), "--keep-raw");
    assertThat(
            prepare(NONE, server.address(other), "--keep-raw", "--overwrite", "--name", "corpus")
                .exitCode())
        .isZero();
    assertThat(documents("corpus")).containsExactly("two");
    server.put(other, rows(List.of("three")));
    prepare(NONE, server.address(other), "--keep-raw", "--overwrite");
    assertThat(documents("corpus")).containsExactly("two");
    Files.writeString(directory.resolve("corpus/corpus.jsonl"), "{\"text\": \"somebody else's\"}");
    prepare(NONE, server.address(other), "--keep-raw", "--overwrite");
    assertThat(documents("corpus")).containsExactly("three");
  }

  @Test
  void takesARawFileOfAnyMirrorAndOneOfWhichTheSumIsKnown() throws Exception {
    byte[] one = rows(List.of("one"));
    server.put("/corpus.jsonl", one);
    prepare(NONE, server.address("/corpus.jsonl"), "--keep-raw", "--name", "tiny");
    String mirrors =
        "\"mirrors\": [\"%s\", \"%s\"]"
            .formatted(server.address("/b/corpus.jsonl"), server.address("/corpus.jsonl"));
    String table = "{\"datasets\": [{\"name\": \"tiny\", \"files\": [{" + mirrors + "%s}]}]}";
    assertThat(prepare(table.formatted(""), "tiny", "--keep-raw", "--overwrite").err())
        .contains("corpus.jsonl is there already");
    Files.delete(directory.resolve("tiny/corpus.jsonl.source.json"));
    String sum = ", \"sha256\": \"" + ByteString.of(one).sha256().hex() + "\"";
    assertThat(prepare(table.formatted(sum), "tiny", "--keep-raw", "--overwrite").err())
        .contains("corpus.jsonl is there already");
    assertThat(server.log()).hasSize(1);
  }

  @Test
  void leavesNothingBehindWhenTheFileChangesMidway() throws Exception {
    byte[] first = Zstd.compress(rows(texts(2000, 1)));
    server.put("/corpus.jsonl.zst", first);
    byte[] second = Zstd.compress(rows(texts(2000, 2)));
    server.fail(
        "/corpus.jsonl.zst", cut(first.length / 2, () -> server.put("/corpus.jsonl.zst", second)));
    Run run = prepare(NONE, server.address("/corpus.jsonl.zst"));
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .endsWith("neox-prepare: corpus.jsonl.zst: has changed at its source\n")
        .doesNotContain("\tat ");
    assertThat(Run.files(directory)).isEmpty();
  }

  @Test
  void refusesAFileWithTheWrongSumBeforeAnythingAppears() throws Exception {
    server.put("/corpus.jsonl", rows(List.of("tampered")));
    String sum = ByteString.of(rows(List.of("original"))).sha256().hex();
    Run run = prepare(catalog("/corpus.jsonl", "\"sha256\": \"" + sum + "\""), "tiny");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("neox-prepare: corpus.jsonl: its sum is wrong: expected sha256 " + sum);
    assertThat(Run.files(directory)).isEmpty();
  }

  @Test
  void takesTheNextMirrorOfACatalogueEntry() throws Exception {
    server.put("/b/corpus.jsonl", rows(List.of("one")));
    String mirrors =
        "\"mirrors\": [\"%s\", \"hf://datasets/alice/none/corpus.jsonl\", \"%s\"]"
            .formatted(server.address("/a/corpus.jsonl"), server.address("/b/corpus.jsonl"));
    String table = "{\"datasets\": [{\"name\": \"tiny\", \"files\": [{" + mirrors + "}]}]}";
    Run run = prepare(table, "tiny");
    assertThat(run.err())
        .contains("the repository does not exist")
        .contains("warning: corpus.jsonl: it is not there (HTTP 404 from 127.0.0.1); trying the");
    assertThat(documents("tiny")).containsExactly("one");
  }

  @Test
  void unpacksAZipFromDiskOnlyAsLongAsItIsRead() throws Exception {
    byte[] text = "the whole text".getBytes(UTF_8);
    server.put("/enwik.zip", zip("enwik", text));
    String unpacked =
        "\"unpacked\": {\"bytes\": %d, \"sha1\": \"%s\"}"
            .formatted(text.length, ByteString.of(text).sha1().hex());
    assertThat(prepare(catalog("/enwik.zip", unpacked), "tiny").exitCode()).isZero();
    assertThat(documents("tiny")).containsExactly("the whole text");
    assertThat(Run.files(directory.resolve("tiny")))
        .containsExactly("tiny.json", "tiny_text_document.bin", "tiny_text_document.idx");

    server.put("/enwik.zip", zip("enwik", "another text.".getBytes(UTF_8)));
    Run run = prepare(catalog("/enwik.zip", unpacked), "tiny", "--overwrite");
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("neox-prepare: enwik.zip: not what it should be: enwik unpacks to 13 bytes");
    assertThat(documents("tiny")).containsExactly("the whole text");
  }

  @Test
  void goesOnWithTheDownloadThatAnEarlierRunBegan() throws Exception {
    byte[] bytes = rows(texts(500, 3));
    server.put("/corpus.jsonl", bytes);
    server.fail("/corpus.jsonl", cut(1000), cut(0), cut(0), cut(0), cut(0), cut(0));
    Run first = prepare(NONE, server.address("/corpus.jsonl"), "--keep-raw");
    assertThat(first.exitCode()).isEqualTo(1);
    assertThat(first.err())
        .endsWith(
            "neox-prepare: corpus.jsonl: the connection was dropped after 0.0 MB (tried 6"
                + " times)\n");
    assertThat(Run.files(directory))
        .containsExactly("corpus/corpus.jsonl.part", "corpus/corpus.jsonl.part.json");
    assertThat(prepare(NONE, server.address("/corpus.jsonl"), "--keep-raw").exitCode()).isZero();
    assertThat(server.log()).last().isEqualTo("GET /corpus.jsonl bytes=1000-");
    assertThat(documents("corpus")).isEqualTo(texts(500, 3));
  }

  @Test
  void readsFilesOfAHubByPatternDirectoryAndName() throws Exception {
    hub.add(
        "datasets/alice/texts",
        "v1",
        Map.of(
            "data/b.jsonl", rows(List.of("b")),
            "data/a.jsonl", rows(List.of("a")),
            "data/other.csv", rows(List.of("x")),
            "test.jsonl", rows(List.of("t"))));
    Run run = prepare(NONE, "hf://datasets/alice/texts@v1/data");
    assertThat(run.err()).contains("next: ");
    assertThat(documents("texts")).containsExactly("a", "b");
    prepare(NONE, "hf://datasets/alice/texts@v1/**.jsonl", "--name", "all");
    assertThat(documents("all")).containsExactly("a", "b", "t");
    prepare(NONE, "hf://datasets/alice/texts@v1/test.jsonl", "--name", "one");
    assertThat(documents("one")).containsExactly("t");
    assertThat(prepare(NONE, "hf://datasets/alice/texts@v1/none").err())
        .startsWith(
            "neox-prepare: hf://datasets/alice/texts@v1/none: nothing to read there; the repository"
                + " has ");
    assertThat(prepare(NONE, "hf://alice/texts").err())
        .startsWith("neox-prepare: hf://alice/texts is a model's repository: expected hf://data");
    assertThat(Json.read(directory.resolve("one/one.json")).path("dataset").asText())
        .startsWith("hf://datasets/alice/texts@v1/test.jsonl at ");
  }

  @Test
  void takesTheTrainSplitOfTheDefaultConfiguration() throws Exception {
    hub.add(
        "datasets/alice/texts",
        "main",
        Map.of("x/train-0.jsonl", rows(List.of("x")), "y/train-0.jsonl", rows(List.of("y"))));
    hub.card(
        "datasets/alice/texts",
        """
        {"configs": [
          {"config_name": "x", "data_files": [{"split": "train", "path": "x/train-*"}]},
          {"config_name": "y", "data_files": "y/*.jsonl", "default": true}]}
        """);
    assertThat(prepare(NONE, "hf://datasets/alice/texts").exitCode()).isZero();
    assertThat(documents("texts")).containsExactly("y");
    prepare(NONE, "hf://datasets/alice/texts", "--config", "x", "--name", "x");
    assertThat(documents("x")).containsExactly("x");
  }

  @Test
  void survivesTheHubsStorageFailing() throws Exception {
    byte[] packed = Zstd.compress(rows(texts(1000, 4)));
    hub.add("datasets/alice/texts", "main", Map.of("train.jsonl.zst", packed));
    hub.fail("/cdn/", Fault.status(503), new Fault.Drop(), Fault.status(403));
    Run run = prepare(NONE, "hf://datasets/alice/texts");
    assertThat(run.exitCode()).isZero();
    assertThat(documents("texts")).isEqualTo(texts(1000, 4));
  }

  @Test
  void readsLocalFiles() throws Exception {
    Path file = Files.write(directory.resolve("mine.jsonl"), rows(List.of("mine")));
    assertThat(prepare(NONE, file.toString()).exitCode()).isZero();
    assertThat(documents("mine")).containsExactly("mine");
    assertThat(prepare(NONE, directory.resolve("none.jsonl").toString()).err())
        .isEqualTo(
            "neox-prepare: " + directory.resolve("none.jsonl") + ": no such file or directory\n");
  }

  @Test
  void refusesToReplaceADataSetMadeOtherwise() throws Exception {
    server.put("/corpus.jsonl", rows(List.of("one")));
    server.put("/other/corpus.jsonl", rows(List.of("two")));
    prepare(NONE, server.address("/corpus.jsonl"));
    Run run = prepare(NONE, server.address("/other/corpus.jsonl"));
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            "neox-prepare: "
                + directory.resolve("corpus/corpus.json")
                + ": the data set was made from something else or with other options; give"
                + " --overwrite to make it again, or another --name\n");
    assertThat(prepare(NONE, server.address("/other/corpus.jsonl"), "--overwrite").exitCode())
        .isZero();
    assertThat(documents("corpus")).containsExactly("two");
  }

  @Test
  void fetchesGpt2sVocabularyOnceAndEndsDocumentsWithItsToken() throws Exception {
    byte[] vocab = Json.line(vocabulary()).getBytes(UTF_8);
    byte[] merges = "#version: 0.2\n".getBytes(UTF_8);
    server.put("/vocab.json", vocab);
    server.put("/merges.txt", merges);
    server.put("/corpus.jsonl", rows(List.of("ab")));
    String table =
        """
        {"datasets": [], "gpt2": {
          "gpt2-vocab.json": {"mirrors": ["%s"], "sha256": "%s"},
          "gpt2-merges.txt": {"mirrors": ["%s"], "sha256": "%s"}}}
        """
            .formatted(
                server.address("/vocab.json"),
                ByteString.of(vocab).sha256().hex(),
                server.address("/merges.txt"),
                ByteString.of(merges).sha256().hex());
    String[] arguments = {server.address("/corpus.jsonl"), "-d", directory.toString()};
    Files.createFile(directory.resolve("gpt2-vocab.json")); // what a failed wget leaves
    Run run = Run.of(environment(), table, arguments);
    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).contains("fetched " + directory.resolve("gpt2-vocab.json"));
    assertThat(Run.documents(directory.resolve("corpus/corpus_text_document"), 256))
        .containsExactly("ab|");

    Files.writeString(directory.resolve("gpt2-vocab.json"), "{}");
    assertThat(
            Run.of(
                    environment(),
                    table,
                    server.address("/corpus.jsonl"),
                    "-d",
                    directory.toString(),
                    "--overwrite")
                .err())
        .startsWith(
            "neox-prepare: "
                + directory.resolve("gpt2-vocab.json")
                + ": this is not GPT-2's file; remove it");
  }

  /// Every byte is a token with the byte's own number.
  private static Map<String, Integer> vocabulary() {
    Map<String, Integer> vocabulary = new TreeMap<>();
    int shifted = 256;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b > 32 && b < 127) || (b > 160 && b != 173);
      vocabulary.put("" + (char) (printable ? b : shifted++), b);
    }
    vocabulary.put("<|endoftext|>", 256);
    return vocabulary;
  }

  private String catalog(String path, String more) {
    return "{\"datasets\": [{\"name\": \"tiny\", \"files\": [{\"mirrors\": [\"%s\"], %s}]}]}"
        .formatted(server.address(path), more);
  }

  private Map<String, String> environment() {
    return Map.of("HF_ENDPOINT", hub.endpoint(), "HOME", directory.toString());
  }

  private Run prepare(String catalog, String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("-d", directory.toString(), "-t", "CharLevelTokenizer", "--no-append-eod"));
    return Run.of(environment(), catalog, all.toArray(String[]::new));
  }

  private List<String> documents(String name) throws IOException {
    return Run.documents(directory.resolve(name).resolve(name + "_text_document"), -1);
  }

  private static List<String> texts(int count, long seed) {
    Random random = new Random(seed);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      texts.add(
          "text " + Long.toHexString(random.nextLong()) + Long.toHexString(random.nextLong()));
    }
    return texts;
  }

  private static byte[] rows(List<String> texts) {
    StringBuilder rows = new StringBuilder();
    texts.forEach(text -> rows.append(Json.line(Map.of("text", text))).append('\n'));
    return rows.toString().getBytes(UTF_8);
  }

  private static byte[] zip(String member, byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry(member));
      zip.write(content);
    }
    return out.toByteArray();
  }
}
