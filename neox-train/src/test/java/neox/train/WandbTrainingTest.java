package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import neox.base.Console;
import neox.base.ExitCode;
import neox.parallel.Topology;
import neox.wandb.RunPaths;
import neox.wandb.SyncRun;
import neox.wandb.fixture.StoredRun;
import neox.wandb.fixture.WandbServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WandbTrainingTest {
  @TempDir Path directory;
  private TrainFixture fixture;
  private WandbServer server;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
    server = WandbServer.start();
  }

  @AfterEach
  void noCallBreaksTheProtocol() {
    server.close();
    assertThat(server.violations()).isEmpty();
  }

  private TrainFixture.Result run(String steps) {
    TrainFixture.Result result =
        fixture.run("run", steps, "use_wandb=true", "wandb_host=" + server.address());
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    return result;
  }

  private void sync() throws IOException, InterruptedException {
    PrintStream out = new PrintStream(PrintStream.nullOutputStream());
    Console console = new Console(new ByteArrayInputStream(new byte[0]), out, out, false, false);
    SyncRun sync = new SyncRun(console, Map.of("WANDB_API_KEY", WandbServer.KEY));
    for (Path run : RunPaths.below(directory.resolve("run"))) {
      sync.send(run);
    }
  }

  @Test
  void withoutAKeyARunIsRecordedAndSentLaterWithAllThatItSaid() throws Exception {
    TrainFixture.Result result = run("train_iters=4");
    assertThat(result.err())
        .contains(
            "warning: W&B: neither WANDB_API_KEY nor netrc has a key for " + server.address(),
            "; the run is recorded, and neox-train sync ");
    assertThat(server.calls()).isEmpty();
    sync();
    StoredRun run = server.run();
    assertThat(run.steps()).containsExactly(1L, 2L, 3L, 4L);
    assertThat(run.history().getFirst())
        .contains("\"train/lm_loss\":", "\"train/learning_rate\":", "\"runtime/tokens_per_sec\":");
    assertThat(run.exitCode()).contains(ExitCode.OK);
    assertThat(run.output()).anyMatch(line -> line.contains("iteration        4/       4"));
    assertThat(run.config().path("train_iters").path("value").asInt()).isEqualTo(4);
    assertThat(run.config().path("optimizer").path("value").path("params").path("betas").size())
        .isEqualTo(2);
  }

  @Test
  void aRunThatGoesOnIsTheSameRun() throws Exception {
    run("train_iters=4");
    sync();
    run("train_iters=6");
    sync();
    assertThat(server.runs()).hasSize(1);
    assertThat(server.run().steps()).containsExactlyElementsOf(List.of(1L, 2L, 3L, 4L, 5L, 6L));
  }

  @Test
  void everyRankIsARunOfOneGroupWhereThatIsAskedFor() throws Exception {
    String[] asked = {
      "train_iters=3",
      "use_wandb=true",
      "wandb_init_all_ranks=true",
      "wandb_run_name=first",
      "wandb_host=" + server.address()
    };
    ManyRanksTest.train(fixture.source("run", asked), new Topology(1, 2, 1), ExitCode.OK);
    sync();
    Collection<StoredRun> runs = server.runs().values();
    assertThat(runs)
        .extracting(run -> run.upsert().path("displayName").asText())
        .containsExactlyInAnyOrder("first-rank0", "first-rank1");
    assertThat(runs.stream().map(run -> run.upsert().path("groupName").asText()).distinct())
        .singleElement()
        .asString()
        .matches("[0-9a-z]{8}");
    assertThat(runs)
        .allSatisfy(run -> assertThat(run.steps()).containsExactlyElementsOf(List.of(1L, 2L, 3L)));
  }

  @Test
  void nothingIsRecordedUnlessItIsAskedFor() throws Exception {
    TrainFixture.Result result = fixture.run("run", "train_iters=2", "use_wandb=false");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(RunPaths.below(directory)).isEmpty();
  }

  @Test
  void aDirectoryWithoutARunIsRefused() {
    TrainFixture.Result result = TrainFixture.run(List.of("sync", directory.toString()));
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .isEqualTo(
            "neox-train: %s: no run here was recorded for W&B (use_wandb: true); expected wandb/run-ID/journal.jsonl in it or below\n"
                .formatted(directory));
  }
}
