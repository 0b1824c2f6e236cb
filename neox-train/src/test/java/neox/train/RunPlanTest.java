package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.ExitCode;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.data.RunSamples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunPlanTest {
  private static final Path PACKING = Path.of("../shared/data/src/test/resources/golden/packing");

  @TempDir Path directory;

  @Test
  void trainsForEpochsOnLabelsAndContinuesBitForBit() throws Exception {
    TrainFixture fixture = new TrainFixture(directory);
    for (String name : List.of("text", "label")) {
      for (String ending : List.of("bin", "idx")) {
        String file = "lab_" + name + "_document." + ending;
        Files.copy(PACKING.resolve(file), directory.resolve(file));
      }
    }
    TrainFixture.Result whole = run(fixture, "whole");
    assertThat(whole.code()).as(whole.err()).isEqualTo(ExitCode.OK);
    assertThat(whole.err())
        .contains("train_epochs: 2 epochs are 121 steps", "120 documents, 7,780 tokens an epoch")
        .contains("warning: train: the run reads " + directory.resolve("lab_text_document"));
    TrainFixture.Result half = run(fixture, "half", "exit_interval=70");
    assertThat(half.code()).as(half.err()).isEqualTo(ExitCode.STOPPED);
    TrainFixture.Result rest = run(fixture, "half");
    assertThat(rest.code()).as(rest.err()).isEqualTo(ExitCode.OK);
    fixture.assertSameCheckpoints("half", "whole", 121);
  }

  @Test
  void aWarmUpMayBeGivenInStepsBesideEpochs() throws Exception {
    TrainFixture fixture = new TrainFixture(directory);
    ConfigSource source =
        fixture.source(
            "x",
            "train_iters=null",
            "lr_decay_iters=null",
            "train_epochs=1",
            "warmup=null",
            "lr_warmup_iters=10",
            "lr_decay_style=wsd",
            "lr_wsd_decay_fraction=0.25");
    RunPlan plan = RunPlan.read(source, 1, _ -> {});
    plan.opened().ifPresent(RunSamples::close);
    NeoxConfig config = plan.loaded().config();
    assertThat(config.schedule().decayIters()).isEqualTo(config.batch().trainIters()).isPositive();
    assertThat(config.schedule().warmupSteps()).isEqualTo(10);
  }

  /// The golden run has read 10 steps of 8 samples of 64 tokens.
  @Test
  void tokensAreCountedFromWhatGptNeoxHasRead() throws Exception {
    Path golden = TrainFixture.GOLDEN.resolve("A_pythia");
    for (int batch : new int[] {4, 8, 16}) {
      Map<String, String> settings = new LinkedHashMap<>();
      settings.put("load", golden.resolve("global_step10").toString());
      settings.put("train_iters", "null");
      settings.put("train_tokens", String.valueOf((80 + 3 * batch) * 64L));
      settings.put("train_micro_batch_size_per_gpu", String.valueOf(batch / 2));
      ConfigSource source =
          new ConfigSource(Optional.empty(), List.of(golden.resolve("config.yml")), settings);
      RunPlan plan = RunPlan.read(source, 1, _ -> {});
      assertThat(plan.loaded().config().batch().trainIters()).as("of %d", batch).isEqualTo(13);
    }
  }

  @Test
  void saysWhenTheEpochsDoNotFillAStep() throws Exception {
    TrainFixture fixture = new TrainFixture(directory);
    TrainFixture.Result result =
        fixture.run(
            "x",
            "train_iters=null",
            "lr_decay_iters=null",
            "train_epochs=1",
            "gradient_accumulation_steps=5000");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .contains(
            "train_epochs: 1 epochs of 3317 micro-batches do not fill one step of 5000"
                + " (gradient_accumulation_steps); use more data or smaller batches");
  }

  private TrainFixture.Result run(TrainFixture fixture, String name, String... overrides) {
    List<String> all = new ArrayList<>();
    for (String split : List.of("train", "valid", "test")) {
      all.add(split + "_data_paths=[" + directory.resolve("lab_text_document") + "]");
      all.add(split + "_label_data_paths=[" + directory.resolve("lab_label_document") + "]");
    }
    all.addAll(
        List.of(
            "data_path=null",
            "train_iters=null",
            "lr_decay_iters=null",
            "train_epochs=2",
            "checkpoint_factor=1000",
            "eval_interval=1000"));
    all.addAll(List.of(overrides));
    return fixture.run(name, all.toArray(String[]::new));
  }
}
