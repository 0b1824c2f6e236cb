package neox.eval;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.wandb.fixture.StoredRun;
import neox.wandb.fixture.WandbServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WandbOptionsTest {
  @TempDir private Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private WandbServer server;
  private String err = "";

  @BeforeEach
  void start() throws IOException {
    server = WandbServer.start();
    environment.put("HF_HUB_OFFLINE", "1");
    environment.put("HOME", directory.toString());
    environment.put("WANDB_BASE_URL", server.address());
    environment.put("WANDB_API_KEY", WandbServer.KEY);
  }

  @AfterEach
  void noCallBreaksTheProtocol() {
    server.close();
    assertThat(server.violations()).isEmpty();
  }

  private int run(String... wandb) throws IOException {
    Path model = Files.createDirectories(directory.resolve("model"));
    Stream<String> usual =
        Stream.of(
            "--model",
            model.toString(),
            "--tasks",
            "sciq,piqa",
            "--data",
            EvalData.path("data").toString(),
            "-o",
            directory.resolve("results").toString());
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int code =
        Tool.run(
            new EvalCommand(new FakeModel(), environment),
            Stream.concat(usual, Stream.of(wandb)).toArray(String[]::new),
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(out, true, StandardCharsets.UTF_8));
    err = out.toString(StandardCharsets.UTF_8);
    return code;
  }

  @Test
  void resultsAreOneRowUnderTheHarnesssNames() throws IOException {
    assertThat(
            run(
                "--wandb_args",
                "project=evals,name=tiny,job_type=eval,tags=a", //
                "--wandb_config_args",
                "size=70"))
        .as(err)
        .isZero();
    StoredRun run = server.run();
    assertThat(run.history())
        .singleElement()
        .asString()
        .contains("\"sciq/acc\":", "\"sciq/acc_stderr\":", "\"piqa/acc_norm\":", "\"_step\":0");
    assertThat(run.summary().path("sciq/alias").asText()).isEqualTo("sciq");
    assertThat(run.config().path("size").path("value").asInt()).isEqualTo(70);
    assertThat(run.config().path("task_configs").path("value").has("sciq")).isTrue();
    assertThat(run.config().path("cli_configs").path("value").has("batch_size")).isTrue();
    assertThat(run.upsert().path("project").asText()).isEqualTo("evals");
    assertThat(run.upsert().path("jobType").asText()).isEqualTo("eval");
    assertThat(run.exitCode()).contains(0);
    assertThat(err).contains("W&B: " + server.address() + "/alice/evals/runs/");
  }

  @Test
  void withoutAKeyResultsAreKept() throws IOException {
    environment.remove("WANDB_API_KEY");
    assertThat(run("--wandb_args", "project=evals")).as(err).isZero();
    assertThat(err).contains("neox-train sync ");
    assertThat(server.calls()).isEmpty();
  }

  @Test
  void anArgumentThatMeansNothingHereIsRefusedBeforeTheWork() throws IOException {
    assertThat(run("--wandb_args", "projekt=evals")).isEqualTo(ExitCode.USAGE);
    assertThat(err)
        .isEqualTo(
            "neox-eval: --wandb_args: projekt is not an argument of W&B that is known here; expected"
                + " entity, group, job_type, name, project, step, id, mode, notes, resume, tags\n");
  }

  @Test
  void nothingIsLoggedUnlessItIsAskedFor() throws IOException {
    assertThat(run()).isZero();
    assertThat(server.calls()).isEmpty();
  }
}
