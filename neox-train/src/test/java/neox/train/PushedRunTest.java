package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import neox.base.AtomicDirectory;
import neox.base.ExitCode;
import neox.parallel.Topology;
import neox.s3.fixture.S3Server;
import neox.s3.fixture.S3Server.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs whose checkpoints are pushed are those that keep them, and go on from what was pushed.
class PushedRunTest {
  private static final String[] PROPERTIES = {
    "aws.endpointUrl", "aws.accessKeyId", "aws.secretAccessKey", "aws.region"
  };

  @TempDir Path directory;
  private TrainFixture fixture;
  private S3Server server;

  /// A store stays open as long as the process, so each test has a bucket of its own.
  private String bucket;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
    server = S3Server.start();
    String[] values = {server.endpoint(), S3Server.ACCESS_KEY, S3Server.SECRET, "eu-test-1"};
    for (int i = 0; i < PROPERTIES.length; i++) {
      System.setProperty(PROPERTIES[i], values[i]);
    }
    bucket = "bucket-" + server.endpoint().replaceAll(".*:", "");
    server.createBucket(bucket);
  }

  @AfterEach
  void close() {
    server.close();
    for (String property : PROPERTIES) {
      System.clearProperty(property);
    }
  }

  private TrainFixture.Result run(String name, int code, String... overrides) {
    TrainFixture.Result result = fixture.run(name, overrides);
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(result.err() + result.out()).doesNotContain(S3Server.SECRET);
    return result;
  }

  private void assertSame(String expectedRun, String actualRun, long step) throws IOException {
    Map<String, byte[]> expected = fixture.checkpoint(expectedRun, step);
    Map<String, byte[]> actual = fixture.checkpoint(actualRun, step);
    actual.remove(".neox-pushed");
    actual.computeIfPresent("train_state.json", (_, json) -> withLocalData(json));
    TrainFixture.assertSameFiles(actual, expected);
  }

  /// The state names the data that was read.
  private byte[] withLocalData(byte[] json) {
    return new String(json, StandardCharsets.UTF_8)
        .replace("s3://" + bucket + "/data/text", fixture.dataPrefix().toString())
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void aRunGoesOnFromTheStoreWhenItsDiskIsLost() throws IOException {
    run("whole", ExitCode.OK);
    String s3 = "s3_path=s3://" + bucket + "/runs";
    String[] pushed = {s3, "checkpoint_factor=3", "exit_interval=5", "keep_last_n_checkpoints=1"};
    TrainFixture.Result first = run("part", ExitCode.STOPPED, pushed);
    assertThat(first.err())
        .contains("all checkpoints are at s3://" + bucket + "/runs/part")
        .contains("no checkpoint yet, starting from step 0");
    assertThat(server.objects(bucket)).containsKeys("runs/part/latest");
    AtomicDirectory.deleteTree(directory.resolve("part"));

    TrainFixture.Result second = run("part", ExitCode.STOPPED, pushed);
    assertThat(second.err())
        .contains(
            directory.resolve("part")
                + ": no checkpoint here, continuing from s3://"
                + bucket
                + "/runs/part/global_step5");
    AtomicDirectory.deleteTree(directory.resolve("part"));
    run("part", ExitCode.OK, pushed);
    assertSame("whole", "part", 12);
    for (byte[] object : server.objects(bucket).values()) {
      assertThat(new String(object, StandardCharsets.ISO_8859_1)).doesNotContain(S3Server.SECRET);
    }
  }

  /// What the store holds would be overwritten by a run that takes trouble for emptiness.
  @Test
  void aRunWhoseStoreDoesNotAnswerRefusesToStart() throws IOException {
    String s3 = "s3_path=s3://" + bucket + "/runs";
    run("run", ExitCode.OK, s3, "train_iters=1");
    AtomicDirectory.deleteTree(directory.resolve("run"));
    Map<String, byte[]> before = server.objects(bucket);
    server.onCall(call ->
        call.endsWith("/latest") && !call.startsWith("PUT")
            ? Optional.of(Fault.INTERNAL)
            : Optional.empty());
    String latest = "s3://" + bucket + "/runs/run/latest";
    assertThat(run("run", ExitCode.USAGE, s3, "train_iters=1").err())
        .contains(latest + ": whether it is there cannot be told (" + latest + ": HTTP 500")
        .contains("; run it again once s3://" + bucket + " answers")
        .doesNotContain("starting from step 0");
    assertThat(run("new", ExitCode.USAGE, "load=s3://" + bucket + "/runs/run").err())
        .contains(latest + ": whether it is there cannot be told (");
    TrainFixture.assertSameFiles(server.objects(bucket), before);
  }

  @Test
  void whatLiesInTheStoreIsWhatLayHere() throws IOException {
    run("run", ExitCode.OK, "s3_path=s3://" + bucket + "/a", "train_iters=2");
    Path step = directory.resolve("run/global_step2");
    try (Stream<Path> tree = Files.walk(step)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        String name = step.relativize(file).toString();
        if (!name.equals(".neox-pushed")) {
          assertThat(server.objects(bucket).get("a/run/global_step2/" + name))
              .as(name)
              .isEqualTo(Files.readAllBytes(file));
        }
      }
    }
    assertThat(server.objects(bucket).get("a/run/latest"))
        .isEqualTo("global_step2".getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void dataAndCheckpointsAreReadFromTheStoreBitForBit() throws IOException {
    for (String ending : new String[] {".bin", ".idx"}) {
      server.put(
          bucket, "data/text" + ending, Files.readAllBytes(Path.of(fixture.dataPrefix() + ending)));
    }
    run("whole", ExitCode.OK);
    run("half", ExitCode.STOPPED, "exit_interval=6");
    for (Map.Entry<String, byte[]> file : files(directory.resolve("half")).entrySet()) {
      server.put(bucket, "half/" + file.getKey(), file.getValue());
    }
    TrainFixture.Result result =
        run(
            "other",
            ExitCode.OK,
            "load=s3://" + bucket + "/half",
            "data_path=s3://" + bucket + "/data/text");
    assertSame("whole", "other", 12);
    assertThat(result.err()).doesNotContain("warning");
  }

  private static Map<String, byte[]> files(Path root) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path file : tree.filter(Files::isRegularFile).toList()) {
        files.put(root.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void aStoreThatRefusesNeverStopsTheRun() throws IOException {
    server.onCall(call -> call.startsWith("PUT") ? Optional.of(Fault.DENIED) : Optional.empty());
    String[] pushed = {"s3_path=s3://" + bucket + "/a", "train_iters=2"};
    TrainFixture.Result result = run("run", ExitCode.OK, pushed);
    assertThat(result.err())
        .contains("warning: global_step1 is not pushed: s3://" + bucket + "/a/run/global_step1/")
        .contains(
            "warning: not pushed to s3://" + bucket + "/a/run: global_step1, global_step2 (s3://")
        .contains("; run the same command again to push them");

    server.onCall(_ -> Optional.empty());
    TrainFixture.Result again = run("run", ExitCode.OK, pushed);
    assertThat(again.err())
        .contains("all 2 steps are done already")
        .contains("all checkpoints are at s3://" + bucket + "/a/run");
  }

  @Test
  void aBucketThatIsNotThereIsRefusedBeforeTheFirstStep() {
    TrainFixture.Result result = run("run", ExitCode.USAGE, "s3_path=s3://no-such-bucket/a");
    assertThat(result.err())
        .startsWith("neox-train: s3://no-such-bucket/a/run")
        .contains(": there is no such bucket (HTTP 404");
  }

  @Test
  void checkpointsGoToADirectoryAsWell() throws IOException {
    Path there = directory.resolve("there");
    TrainFixture.Result result =
        run("run", ExitCode.OK, "remote_save_folder=" + there, "train_iters=3");
    assertThat(result.err()).contains("all checkpoints are at " + there);
    TreeSet<String> names = new TreeSet<>();
    try (Stream<Path> entries = Files.list(there)) {
      entries.forEach(entry -> names.add(entry.getFileName().toString()));
    }
    assertThat(names).containsExactly("global_step1", "global_step2", "global_step3", "latest");
    AtomicDirectory.deleteTree(directory.resolve("run"));
    assertThat(run("run", ExitCode.OK, "remote_save_folder=" + there, "train_iters=3").err())
        .contains("continuing from " + there.resolve("global_step3"));
  }

  @Test
  void severalRanksPushOnceAndWaitTogether() throws IOException {
    Topology topology = new Topology(1, 2, 1);
    Path save = directory.resolve("ranks");
    Path there = directory.resolve("there");
    Map<String, String> overrides =
        new HashMap<>(ManyRanksTest.overrides(fixture, "pythia", topology, 0, save));
    overrides.put("remote_save_folder", there.toString());
    ManyRanksTest.train(ManyRanksTest.source(fixture, overrides), topology, ExitCode.OK);
    assertThat(save.resolve("global_step5/.neox-pushed")).hasContent(there.toString());
    Map<String, byte[]> here = files(save.resolve("global_step5"));
    Map<String, byte[]> pushed = files(there.resolve("global_step5"));
    here.remove(".neox-pushed");
    assertThat(pushed.keySet())
        .containsAll(here.keySet())
        .contains("neox-manifest.json", "layer_00-model_00-model_states.pt")
        .hasSize(here.size() + 2);
  }
}
