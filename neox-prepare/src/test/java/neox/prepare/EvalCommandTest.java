package neox.prepare;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import neox.hub.fixture.DownloadServer;
import neox.hub.fixture.HubServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvalCommandTest {
  private static final String CARD =
      """
      {"configs": [
        {"config_name": "ARC-Challenge", "data_files": "ARC-Challenge/*"},
        {"config_name": "ARC-Easy", "data_files": [
          {"split": "train", "path": "ARC-Easy/train-*"},
          {"split": "validation", "path": "ARC-Easy/validation-*"},
          {"split": "test", "path": "ARC-Easy/test-*"}]}]}
      """;

  @TempDir Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private HubServer hub;

  @BeforeEach
  void start() throws IOException {
    hub = HubServer.start();
    environment.put("HF_ENDPOINT", hub.endpoint());
    environment.put("HOME", directory.toString());
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  @Test
  void laysOutTheSplitsOfATaskAsTheEvaluationReadsThem() throws IOException {
    byte[] parquet = resource("snappy.parquet");
    hub.add(
        "datasets/allenai/ai2_arc",
        "main",
        Map.of(
            "ARC-Easy/train-00000-of-00002.parquet", parquet,
            "ARC-Easy/train-00001-of-00002.parquet", resource("zstd.parquet"),
            "ARC-Easy/validation-00000-of-00001.parquet", parquet,
            "ARC-Easy/test-00000-of-00001.parquet", parquet));
    hub.card("datasets/allenai/ai2_arc", CARD);
    Run run = eval("arc_easy");
    assertThat(run.err()).contains("next: neox-eval --model DIR --tasks arc_easy --data ");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).isEqualTo(data() + "\n");
    assertThat(Run.files(data()))
        .containsExactly(
            "arc_easy/test.jsonl", "arc_easy/train.jsonl", "arc_easy/validation.jsonl");
    assertThat(Files.readString(data().resolve("arc_easy/test.jsonl")).lines().count())
        .isEqualTo(7);
    assertThat(Files.readString(data().resolve("arc_easy/train.jsonl")).lines().count())
        .isEqualTo(14);
    assertThat(eval("arc_easy").err())
        .contains(data().resolve("arc_easy/test.jsonl") + " is there already");
  }

  @Test
  void takesWhatTheHubConvertedWhereTheRepositoryHasNoRows() throws IOException {
    hub.add("datasets/allenai/sciq", "main", Map.of("sciq.py", "print()".getBytes(UTF_8)));
    byte[] parquet = resource("gzip.parquet");
    hub.add(
        "datasets/allenai/sciq",
        "refs/convert/parquet",
        Map.of(
            "default/train/0000.parquet", parquet,
            "default/validation/0000.parquet", parquet,
            "default/test/0000.parquet", parquet));
    assertThat(eval("sciq").exitCode()).isZero();
    assertThat(Run.files(data()))
        .containsExactly("sciq/test.jsonl", "sciq/train.jsonl", "sciq/validation.jsonl");
  }

  @Test
  void takesFilesOfJsonLines() throws IOException {
    String rows =
        "{\"context\": \"Q: 1 + 1\", \"completion\": \" 2\", \"n\": 1.5}\n\n{\"context\":\"é\"}\n";
    hub.add(
        "datasets/EleutherAI/arithmetic",
        "main",
        Map.of("data/two_digit_addition.jsonl", rows.getBytes(UTF_8)));
    assertThat(eval("arithmetic_2da").exitCode()).isZero();
    assertThat(data().resolve("arithmetic_2da/validation.jsonl"))
        .hasContent(
            "{\"context\":\"Q: 1 + 1\",\"completion\":\" 2\",\"n\":1.5}\n{\"context\":\"é\"}\n");
  }

  @Test
  void leavesNothingHalfWrittenWhenARowIsBad() throws IOException {
    hub.add(
        "datasets/corypaik/prost",
        "main",
        Map.of("data/default.jsonl", "{\"a\":1}\n[1]\n".getBytes(UTF_8)));
    Run run = eval("prost");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo("neox-prepare: default.jsonl:2: expected a JSON object, found ARRAY\n");
    assertThat(Run.files(data())).isEmpty();
  }

  @Test
  void namesTheTasksItKnowsBeforeAnyCall() {
    Run run = eval("arc_esay,nothing");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err())
        .startsWith(
            "neox-prepare: unknown evaluation task 'arc_esay', 'nothing'; did you mean 'arc_easy'?"
                + " known are anli_r1, ");
    assertThat(eval().err())
        .isEqualTo("neox-prepare: no TASK is given; neox-prepare eval --list names them\n");
    assertThat(EvalTask.find(List.of("mmlu_anatomy")).getFirst().splits().getFirst().config())
        .contains("anatomy");
  }

  @Test
  void fetchesThroughAProxy() throws IOException {
    String address = "http://hub.invalid/rows.jsonl";
    try (DownloadServer proxy = DownloadServer.start()) {
      proxy.put(address, "{\"text\":\"abc\"}\n".getBytes(UTF_8));
      environment.put("http_proxy", proxy.address(""));
      Run run =
          Run.of(
              environment,
              "{\"datasets\": []}",
              address,
              "-d",
              directory.toString(),
              "-t",
              "CharLevelTokenizer");
      assertThat(run.err()).contains("next: neox-train");
      assertThat(proxy.log()).containsExactly("GET " + address);
    }
  }

  private Path data() {
    return directory.resolve("data");
  }

  private Run eval(String... tasks) {
    String[] arguments = new String[tasks.length + 3];
    arguments[0] = "eval";
    System.arraycopy(tasks, 0, arguments, 1, tasks.length);
    arguments[tasks.length + 1] = "-d";
    arguments[tasks.length + 2] = data().toString();
    return Run.of(environment, "{\"datasets\": []}", arguments);
  }

  /// Tables that the tests of `neox.datasets` describe.
  private static byte[] resource(String name) throws IOException {
    return Files.readAllBytes(
        Path.of("../shared/datasets/src/test/resources/golden/evalrows", name));
  }
}
