package neox.converthf.tools;

import static neox.converthf.tools.Tools.A0;
import static neox.converthf.tools.Tools.A_BF16;
import static neox.converthf.tools.Tools.LLAMA;
import static neox.converthf.tools.Tools.TP2;
import static neox.converthf.tools.Tools.TP2_PP2;
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
import java.util.OptionalLong;
import java.util.stream.Stream;
import neox.config.ConfigLoader;
import neox.config.ParallelConfig;
import neox.converthf.tools.Tools.Result;
import neox.weights.DType;
import neox.weights.neox.EmaFile;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.OptimizerStateFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/// `merge` and `split`.
class ReshardingTest {
  static final List<Path> CHECKPOINTS = List.of(A0, A_BF16, LLAMA, TP2, TP2_PP2, ZERO1, ZERO3);

  @TempDir Path directory;

  private static List<String> files(Path checkpoint) throws IOException {
    try (Stream<Path> files = Files.list(checkpoint)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /// MHA, GQA, gated MLP, fp32, bf16, every layout that is read.
  @ParameterizedTest
  @FieldSource("CHECKPOINTS")
  void weightsAreTheSameInEveryLayout(Path checkpoint) {
    Path from = checkpoint;
    List<List<Integer>> layouts = List.of(List.of(2, 2), List.of(1, 0), List.of(2, 1));
    for (List<Integer> layout : layouts) {
      Path to = directory.resolve("to" + layouts.indexOf(layout));
      ok("split", from, "--tp", layout.get(0), "--pp", layout.get(1), "--output-dir", to);
      from = to;
    }
    Path merged = directory.resolve("merged");
    ok("merge", from, "--output-dir", merged);
    assertThat(run("diff", checkpoint, merged)).isEqualTo(new Result(0, "", ""));
  }

  @Test
  void writesTheFilesOfItsRanks() throws IOException {
    Path split = directory.resolve("split");
    Result result = ok("split", A0, "--tp", "4", "--pp", "2", "--output-dir", split);
    Path checkpoint = split.resolve("global_step0");
    assertThat(result.err())
        .startsWith(
            "wrote "
                + checkpoint
                + ": model_parallel_size 4, pipe_parallel_size 2, with weights\n");
    assertThat(Files.readString(split.resolve("latest"))).isEqualTo("global_step0");
    assertThat(files(checkpoint))
        .contains("layer_00-model_03-model_states.pt", "layer_07-model_00-model_states.pt")
        .filteredOn(name -> name.matches("mp_rank_\\d\\d_model_states\\.pt"))
        .hasSize(8);
    ParallelConfig parallel =
        ConfigLoader.readCheckpoint(NeoxCheckpoint.configs(checkpoint)).config().parallel();
    assertThat(parallel.modelParallelSize()).isEqualTo(4);
    assertThat(parallel.pipeParallelSize()).isEqualTo(2);
    Path one = directory.resolve("one");
    ok("split", split, "--tp", 1, "--pp", "0", "--output-dir", one);
    assertThat(files(one.resolve("global_step0")))
        .contains("configs", "mp_rank_00_model_states.pt")
        .noneMatch(name -> name.startsWith("layer_"));
  }

  @Test
  void carriesOverWhatNeoxTrainKeeps() throws IOException {
    Path checkpoint = Tools.checkpoint(directory.resolve("run"), 7, DType.BFLOAT16, x -> x);
    Tools.addTraining(checkpoint);
    Path split = directory.resolve("split");
    Result result =
        ok("split", directory.resolve("run"), "--tp", 2, "--pp", 2, "--output-dir", split);
    Path to = split.resolve("global_step7");
    assertThat(result.err())
        .isEqualTo(
            "wrote "
                + to
                + ": model_parallel_size 2, pipe_parallel_size 2, with weights, optimizer state,"
                + " the average of the weights, the place in the run\n");
    for (String file : List.of(OptimizerStateFile.NAME, EmaFile.NAME, "train_state.json")) {
      assertThat(to.resolve(file)).hasSameBinaryContentAs(checkpoint.resolve(file));
    }
    try (NeoxCheckpoint written = NeoxCheckpoint.open(to, OptionalLong.empty())) {
      assertThat(written.iteration()).isEqualTo(7);
      assertThat(written.clientState())
          .containsEntry("global_samples", 56L)
          .containsEntry("skipped_steps", 1L)
          .containsEntry("mp_world_size", 4L);
      assertThat(written.dtype("0.word_embeddings.weight")).isEqualTo(DType.BFLOAT16);
    }
  }

  @Test
  void saysThatDeepSpeedsOptimizerStaysBehind() {
    Path merged = directory.resolve("merged");
    assertThat(ok("merge", ZERO1, "--output-dir", merged).err())
        .endsWith(
            "the optimizer state in %1$s is DeepSpeed's and belongs to its layout: it is left out;"
                    .formatted(ZERO1)
                + " neox-train goes on from %s itself in any layout\n".formatted(ZERO1));
  }

  @Test
  void keepsTheScheduleOfTheRun() throws IOException {
    Path merged = directory.resolve("merged");
    ok("merge", TP2_PP2, "--output-dir", merged);
    try (NeoxCheckpoint before = NeoxCheckpoint.open(TP2_PP2, OptionalLong.empty());
        NeoxCheckpoint after = NeoxCheckpoint.open(merged, OptionalLong.empty())) {
      assertThat(after.iteration()).isEqualTo(20);
      assertThat(after.clientState())
          .containsEntry("lr_scheduler", before.clientState().get("lr_scheduler"))
          .containsEntry("global_samples", before.clientState().get("global_samples"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3, 1, '3 tensor-parallel ranks do not divide num_attention_heads (4); 3 tensor-parallel ranks do"
        + " not divide the MLP''s width (256); 3 tensor-parallel ranks do not divide the rows of the"
        + " vocabulary (512)'",
    "1, 9, 'its 3 layers do not fill 9 pipeline stages'"
  })
  void refusesWhatDoesNotDivide(int tp, int pp, String message) {
    Path split = directory.resolve("split");
    refused(
        "model_parallel_size %d, pipe_parallel_size %d: %s".formatted(tp, pp, message),
        "split",
        A0,
        "--tp",
        tp,
        "--pp",
        pp,
        "--output-dir",
        split);
    assertThat(split).doesNotExist();
  }

  @Test
  void refusesWhatIsNoLayoutAndWhatIsThere() throws IOException {
    Path split = directory.resolve("split");
    refused(
        "--tp 0: expected a number from 1 to 65536",
        "split",
        A0,
        "--tp",
        "0",
        "--output-dir",
        split);
    refused(
        "--pp -1: expected a number from 0 to 65536",
        "split",
        A0,
        "--pp",
        "-1",
        "--output-dir",
        split);
    Files.createDirectories(split);
    Path file = Files.writeString(split.resolve("mine"), "kept");
    refused(
        split + ": exists already, and is not empty; choose another --output-dir",
        "merge",
        A0,
        "--output-dir",
        split);
    refused(
        file + ": is a file; --output-dir needs a directory", "merge", A0, "--output-dir", file);
    Path hf = directory.resolve("hf");
    ok("--input-dir", A0, "--output-dir", hf);
    refused(
        hf + ": is no checkpoint of NeoX; expected a global_stepN directory, or the one above it",
        "merge",
        hf,
        "--output-dir",
        directory.resolve("merged"));
  }

  @Test
  void warnsWhereGptNeoxWouldPadTheVocabularyOtherwise() throws IOException {
    Path config = directory.resolve("c.yml");
    String text = Files.readString(A0.resolve("configs/config.yml"));
    Files.writeString(
        config,
        text.replace(
            "\"make_vocab_size_divisible_by\": 128", "\"make_vocab_size_divisible_by\": 192"));
    Result result =
        ok(
            "split",
            A0,
            "--config-file",
            config,
            "--tp",
            2,
            "--output-dir",
            directory.resolve("split"));
    assertThat(result.err())
        .contains(
            "warning: the vocabulary has 512 rows, which is no multiple of"
                + " make_vocab_size_divisible_by (192) x 2; train on with"
                + " make_vocab_size_divisible_by: 256");
  }
}
