package neox.train.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The examples of docs/examples, run with stand-ins for the cluster's programs and for neox-train.
class ExamplesTest {
  private static final Path EXAMPLES = Path.of("../docs/examples").toAbsolutePath().normalize();
  private static final int PATIENCE_SECONDS = 30;

  @TempDir Path directory;
  private Path called;

  @BeforeEach
  void makePrograms() throws IOException {
    called = directory.resolve("called");
    program(
        "neox-train", "echo \"neox-train $* rank=${SLURM_PROCID-}\" >> $CALLED; exit ${CODE-0}");
    program("scontrol", "echo \"scontrol $*\" >> $CALLED");
    program(
        "srun",
        """
        code=0
        for rank in 0 1; do
          SLURM_PROCID=$rank SLURM_STEP_ID=0 "$@" || code=$?
        done
        exit $code\
        """);
  }

  private void program(String name, String body) throws IOException {
    Path file = directory.resolve(name);
    Files.writeString(file, "#!/bin/bash\n" + body + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private int run(Map<String, String> environment, String... words) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile());
    builder.environment().putAll(environment);
    builder.environment().put("CALLED", called.toString());
    builder.environment().put("PATH", directory + ":" + System.getenv("PATH"));
    Process process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("printed").toFile())
            .start();
    try {
      assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private List<String> calls() throws IOException {
    return Files.readAllLines(called);
  }

  @Test
  void theBatchScriptQueuesItselfAgainWhenItsTasksHaveSaved() throws Exception {
    Path script = EXAMPLES.resolve("train.sbatch");
    Map<String, String> job = Map.of("SLURM_JOB_ID", "77", "CODE", "75");
    assertThat(run(job, "bash", script.toString(), "a.yml")).isEqualTo(75);
    assertThat(calls())
        .containsExactly(
            "neox-train a.yml --device cuda rank=0",
            "neox-train a.yml --device cuda rank=1",
            "scontrol requeue 77");
  }

  @Test
  void theBatchScriptEndsWithItsTasks() throws Exception {
    Path script = EXAMPLES.resolve("train.sbatch");
    for (String code : List.of("0", "2")) {
      Files.deleteIfExists(called);
      Map<String, String> job = Map.of("SLURM_JOB_ID", "77", "CODE", code);
      assertThat(run(job, "bash", script.toString(), "a.yml")).isEqualTo(Integer.parseInt(code));
      assertThat(calls()).noneMatch(line -> line.startsWith("scontrol"));
    }
    assertThat(Files.readString(script)).contains("#SBATCH --signal=USR1@", "#SBATCH --requeue");
  }

  @Test
  void makeLooksAtTheHostsBeforeItTrains() throws Exception {
    Path file = EXAMPLES.resolve("train.mk");
    assertThat(run(Map.of(), "make", "-f", file.toString(), "CONFIGS=a.yml", "HOSTFILE=hosts"))
        .as(Files.readString(directory.resolve("printed")))
        .isZero();
    assertThat(calls())
        .containsExactly(
            "neox-train doctor a.yml --hostfile hosts rank=",
            "neox-train a.yml --hostfile hosts --launcher ssh rank=");
  }

  @Test
  void theCommandOfSkyPilotIsTheTools() throws Exception {
    String yaml = Files.readString(EXAMPLES.resolve("sky.yaml"));
    String block = yaml.substring(yaml.indexOf("run: |") + "run: |".length()).strip();
    assertThat(run(Map.of(), "bash", "-c", block)).isZero();
    assertThat(calls())
        .containsExactly("neox-train -d configs pythia-14m local --device cuda rank=");
  }

  @Test
  void theCommandOfATrainJobIsTheTools() throws Exception {
    String yaml = Files.readString(EXAMPLES.resolve("trainjob.yaml"));
    Matcher command = Pattern.compile("command: \\[(.*)]").matcher(yaml);
    assertThat(command.find()).isTrue();
    String[] words =
        Arrays.stream(command.group(1).split(",")).map(String::strip).toArray(String[]::new);
    assertThat(run(Map.of(), "bash", "-c", Shell.line(List.of(words)))).isZero();
    assertThat(calls())
        .containsExactly("neox-train -d /configs pythia-14m local --device cuda rank=");
    assertThat(yaml).contains("kind: TrainJob", "numNodes: 2", "numProcPerNode: 8");
  }
}
