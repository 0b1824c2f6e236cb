package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import neox.base.ExitCode;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.OptimizerStateFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Training that begins with another model's weights, or changes some parameters only.
class TuningTest {
  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @Test
  void trainsOnlyWhatIsNotFrozen() throws IOException {
    TrainFixture.Result result =
        fixture.run(
            "run", "train_iters=3", "extra_save_iters=[0]", "freeze_params=['0.*', '*.mlp.*']");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.err())
        .contains("training 25,152 of 58,240 params, in 19 of 28 tensors; the others stay as they");
    assertThat(changed("run", 0, 3))
        .doesNotContain("0.word_embeddings.weight")
        .noneMatch(name -> name.contains(".mlp."))
        .contains("2.attention.dense.weight", "5.norm.bias", "6.final_linear.weight");
    assertThat(optimizerKeys("run", 3))
        .doesNotContain("0.word_embeddings.weight")
        .contains("6.final_linear.weight");
  }

  @Test
  void trainsBiasesAloneAsLabmlDoes() throws IOException {
    TrainFixture.Result result =
        fixture.run(
            "run", "extra_save_iters=[0]", "train_biases_only=true", "optimizer.params.lr=0.1");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    List<String> biases = new ArrayList<>();
    for (int layer : List.of(2, 3)) {
      biases.add(layer + ".attention.query_key_value.bias");
      biases.add(layer + ".attention.dense.bias");
      biases.add(layer + ".mlp.linear1.bias");
    }
    assertThat(changed("run", 0, 12)).containsExactlyInAnyOrderElementsOf(biases);
    assertThat(optimizerKeys("run", 12)).containsExactlyInAnyOrderElementsOf(biases);
    List<Double> losses = losses("run");
    assertThat(losses.getLast()).isLessThan(losses.getFirst() - 0.1);
  }

  @Test
  void goesOnBitForBitWithSomeParametersFrozen() throws IOException {
    String[] frozen = {"train_iters=6", "freeze_params=['0.*', '*.attention.*']"};
    assertThat(fixture.run("whole", frozen).code()).isEqualTo(ExitCode.OK);
    String[] first = {frozen[0], frozen[1], "exit_interval=3"};
    assertThat(fixture.run("parts", first).code()).isEqualTo(ExitCode.STOPPED);
    assertThat(fixture.run("parts", frozen).code()).isEqualTo(ExitCode.OK);
    fixture.assertSameCheckpoints("parts", "whole", 6);
  }

  @Test
  void beginsWithTheWeightsOfAnotherModelAtStepZero() throws IOException {
    assertThat(fixture.run("base", "train_iters=4").code()).isEqualTo(ExitCode.OK);
    List<String> arguments =
        new ArrayList<>(fixture.arguments("run", "train_iters=2", "extra_save_iters=[0]"));
    arguments.addAll(List.of("--init-from", directory.resolve("base").toString()));
    TrainFixture.Result result = TrainFixture.run(arguments);
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.err()).contains("begins with the weights of " + directory.resolve("base"));
    assertThat(different(step("base", 4), step("run", 0))).isEmpty();
    assertThat(losses("run")).hasSize(2);
    assertThat(losses("run").getFirst()).isLessThan(losses("base").getFirst() - 0.5);
    TrainFixture.Result again = TrainFixture.run(arguments);
    assertThat(again.err()).contains("all 2 steps are done already").doesNotContain("begins with");
  }

  @Test
  void saysWhatIsWrongWithWhatIsToBeFrozen() {
    TrainFixture.Result unknown = fixture.run("run", "freeze_params=[embedding]");
    assertThat(unknown.code()).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err())
        .contains(
            "freeze_params: no parameter of this network is called embedding; names are such as"
                + " 0.word_embeddings.weight and 6.final_linear.weight");
    assertThat(fixture.run("run", "freeze_params=['*']").err())
        .contains("freeze_params: nothing of this network is left to train; train more of it");
    assertThat(
            fixture
                .run(
                    "run",
                    "train_biases_only=true",
                    "use_bias_in_attn_linear=false",
                    "use_bias_in_mlp=false")
                .err())
        .contains("train_biases_only: nothing of this network is left to train; train more of it");
  }

  private Path step(String run, long step) {
    return directory.resolve(run).resolve("global_step" + step);
  }

  /// Names of parameters that differ between two checkpoints of a run.
  private List<String> changed(String run, long from, long to) throws IOException {
    return different(step(run, from), step(run, to));
  }

  private static List<String> different(Path a, Path b) throws IOException {
    try (NeoxCheckpoint before = NeoxCheckpoint.open(a, OptionalLong.empty());
        NeoxCheckpoint after = NeoxCheckpoint.open(b, OptionalLong.empty())) {
      assertThat(after.names()).isEqualTo(before.names());
      return after.names().stream()
          .filter(name -> after.view(name).bytes().mismatch(before.view(name).bytes()) >= 0)
          .toList();
    }
  }

  private List<String> optimizerKeys(String run, long step) throws IOException {
    try (OptimizerStateFile file = OptimizerStateFile.open(step(run, step))) {
      return file.names().stream().map(OptimizerStateFile::key).distinct().toList();
    }
  }

  private List<Double> losses(String run) throws IOException {
    return Records.values(directory.resolve(run).resolve("metrics.jsonl"), "train/lm_loss");
  }
}
