package neox.converthf.tools;

import static neox.converthf.tools.Tools.A0;
import static neox.converthf.tools.Tools.FP16;
import static neox.converthf.tools.Tools.ZERO1;
import static neox.converthf.tools.Tools.ZERO3;
import static neox.converthf.tools.Tools.ok;
import static neox.converthf.tools.Tools.refused;
import static neox.converthf.tools.Tools.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import neox.converthf.tools.Tools.Result;
import neox.weights.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PruneCommandTest {
  @TempDir Path directory;

  private static List<String> files(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void leavesTheFilesOfOptimizersOut() throws IOException {
    Path slim = directory.resolve("slim");
    Result result = ok("prune", ZERO1, "--output-dir", slim);
    Path checkpoint = slim.resolve("global_step20");
    assertThat(result.err()).matches("\\Q" + checkpoint + "\\E: [\\d,]+ bytes of [\\d,]+\n");
    assertThat(files(checkpoint)).containsExactly("configs", "mp_rank_00_model_states.pt");
    assertThat(checkpoint.resolve("mp_rank_00_model_states.pt"))
        .hasSameBinaryContentAs(ZERO1.resolve("mp_rank_00_model_states.pt"));
    assertThat(Files.readString(slim.resolve("latest"))).isEqualTo("global_step20");
    assertThat(run("diff", ZERO1, slim)).isEqualTo(new Result(0, "", ""));
  }

  @Test
  void takesOptimizersOutOfTheStatesOfRanks() throws IOException {
    Path slim = directory.resolve("slim");
    Result result = ok("prune", FP16, "--output-dir", slim);
    String file = "mp_rank_00_model_states.pt";
    Path checkpoint = slim.resolve("global_step20");
    long before = Files.size(FP16.resolve(file));
    assertThat(Files.size(checkpoint.resolve(file))).isLessThan(before / 3);
    assertThat(result.err())
        .contains("left out, too, for they are objects of Python: ", "np_rng_state")
        .endsWith("; GPT-NeoX goes on without them with no_load_rng: true\n");
    assertThat(run("diff", FP16, slim)).isEqualTo(new Result(0, "", ""));
    assertThat(ok("inspect", checkpoint.resolve(file), "--headers").out())
        .contains("module.sequential.0.word_embeddings.weight")
        .doesNotContain("optimizer.");
  }

  @Test
  void replacesCheckpointsOnRequestOnly() throws IOException {
    Path one = Tools.copy(ZERO1, directory.resolve("a/global_step20"));
    Path two = Tools.checkpoint(directory.resolve("b"), 7, DType.FLOAT32, x -> x);
    Tools.addTraining(two);
    Result result = ok("prune", one, directory.resolve("b"), "--in-place");
    assertThat(result.err().lines()).hasSize(2);
    assertThat(files(one)).containsExactly("configs", "mp_rank_00_model_states.pt");
    assertThat(files(two))
        .contains("neox_ema.safetensors", "train_state.json")
        .doesNotContain("neox_optimizer.safetensors");
    assertThat(files(directory.resolve("a"))).containsExactly("global_step20");
    assertThat(run("diff", one, ZERO1)).isEqualTo(new Result(0, "", ""));
    assertThat(ok("prune", one, "--in-place").err()).isEqualTo(one + ": nothing to drop\n");
    ok("prune", two, "--in-place", "--ema");
    assertThat(files(two)).doesNotContain("neox_ema.safetensors");
  }

  @Test
  void refusesWhatItCannotDo() throws IOException {
    Path slim = directory.resolve("slim");
    refused("give either --output-dir or --in-place", "prune", A0);
    refused(
        "give either --output-dir or --in-place", "prune", A0, "--in-place", "--output-dir", slim);
    refused(
        "%1$s: its weights are in the optimizer's files (ZeRO 3); slim ones are written by:"
                .formatted(ZERO3)
            + " neox-convert-hf merge %s --output-dir DIR".formatted(ZERO3),
        "prune",
        ZERO3,
        "--output-dir",
        slim);
    refused(
        ZERO1
            + ": another checkpoint is called global_step20, too; write them to different"
            + " directories",
        "prune",
        FP16,
        ZERO1,
        "--output-dir",
        slim);
    assertThat(slim).doesNotExist();
    Files.createDirectories(slim.resolve("mine"));
    refused(
        slim + ": exists already, and is not empty; choose another --output-dir",
        "prune",
        ZERO1,
        "--output-dir",
        slim);
  }
}
