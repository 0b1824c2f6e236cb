package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.slow.SlowRows;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Runs that are stopped or killed from outside and started again with the same command end with
/// the same bytes as a run that nobody disturbed.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class InterruptedRunTest {
  private static final String[] MANY_STEPS = {"train_iters=200", "lr_decay_iters=200"};
  private static final int KILLED = 128 + 9;

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  /// More kinds, and kills at random moments: `benchmarks/kills.sh`.
  @ParameterizedTest
  @CsvSource("TERM, async_save=true precision=fp16 optimizer.type=muon")
  @SlowRows({
    "USR1, async_save=true precision=fp16 optimizer.type=muon",
    "TERM, precision=fp32",
    "USR1, precision=fp32"
  })
  void continuesBitForBitAfterASignalAndAfterAKillWhileSaving(String signal, String run)
      throws Exception {
    String[] overrides = (run + " train_iters=40 lr_decay_iters=40").split(" ", -1);
    assertSavesAfter(signal, overrides);

    Process process = start(overrides);
    await(process, this::isSaving);
    process.destroyForcibly();
    assertThat(process.waitFor()).as(errors()).isEqualTo(KILLED);

    assertEndsLikeAnUndisturbedRun(40, overrides);
  }

  /// The signal comes when the run has taken steps of its own: before that it may not listen yet.
  private void assertSavesAfter(String signal, String... overrides) throws Exception {
    long before = lastSaved();
    Process process = start(overrides);
    await(process, () -> lastSaved() >= before + 2);
    String pid = Long.toString(process.pid());
    assertThat(new ProcessBuilder("kill", "-s", signal, pid).start().waitFor()).isZero();
    assertThat(process.waitFor()).as(errors()).isEqualTo(ExitCode.STOPPED);
    assertThat(errors()).contains("run the same command again to continue");
  }

  @Test
  @Tag("slow")
  void continuesBitForBitAfterKillsAtRandomMoments() throws Exception {
    Random random = new Random(20);
    int kills = 0;
    boolean ended = false; // where the machine is quick, before the tenth
    while (kills < 10 && !ended) {
      Process process = start(MANY_STEPS);
      ended = process.waitFor(500 + random.nextInt(2000), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
        kills++;
      }
    }
    assertThat(kills).as(errors()).isPositive();
    assertEndsLikeAnUndisturbedRun(200, MANY_STEPS);
  }

  private void assertEndsLikeAnUndisturbedRun(int last, String... overrides) throws IOException {
    TrainFixture.Result rest = fixture.run("disturbed", overrides);
    assertThat(rest.code()).as(rest.err()).isEqualTo(ExitCode.OK);
    TrainFixture.Result undisturbed = fixture.run("undisturbed", overrides);
    assertThat(undisturbed.code()).as(undisturbed.err()).isEqualTo(ExitCode.OK);
    assertThat(fixture.checkpoint("undisturbed", last))
        .containsKeys("neox_optimizer.safetensors", "train_state.json");
    fixture.assertSameCheckpoints("disturbed", "undisturbed", last);
    assertThat(lossesOf("disturbed")).isEqualTo(lossesOf("undisturbed")).hasSize(last);
    try (Stream<Path> entries = Files.list(directory.resolve("disturbed"))) {
      assertThat(entries.filter(entry -> entry.getFileName().toString().startsWith(".")))
          .as("leftovers")
          .isEmpty();
    }
  }

  private List<String> lossesOf(String run) throws IOException {
    try (Stream<String> lines = Files.lines(directory.resolve(run).resolve("metrics.jsonl"))) {
      return lines
          .filter(line -> line.contains("train/lm_loss"))
          .map(line -> line.replaceAll(",\"(timers|runtime|memory)/.*", ""))
          .toList();
    }
  }

  private Process start(String... overrides) throws IOException {
    File err = directory.resolve("err.txt").toFile();
    return new ProcessBuilder(TrainProcess.command(fixture.arguments("disturbed", overrides)))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.appendTo(err))
        .start();
  }

  private String errors() throws IOException {
    return Files.readString(directory.resolve("err.txt"));
  }

  /// 0 when there is no checkpoint.
  private long lastSaved() {
    String[] names = directory.resolve("disturbed").toFile().list();
    return Stream.of(names == null ? new String[0] : names)
        .filter(name -> name.startsWith("global_step"))
        .mapToLong(name -> Long.parseLong(name.substring("global_step".length())))
        .max()
        .orElse(0);
  }

  /// A temporary checkpoint directory exists and has files in it.
  private boolean isSaving() {
    File[] saving =
        directory
            .resolve("disturbed")
            .toFile()
            .listFiles((parent, name) -> name.endsWith(".tmp") && isFilled(new File(parent, name)));
    return saving != null && saving.length > 0;
  }

  private static boolean isFilled(File candidate) {
    String[] files = candidate.list();
    return files != null && files.length > 0;
  }

  private interface Condition {
    boolean holds();
  }

  private void await(Process process, Condition condition) throws Exception {
    while (!condition.holds()) {
      assertThat(process.isAlive()).as("still running; it printed: " + errors()).isTrue();
      Thread.sleep(1);
    }
  }
}
