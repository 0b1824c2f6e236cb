package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.UserException;
import neox.base.slow.SlowRows;
import neox.config.ConfigSource;
import neox.data.indexed.IndexedFloatsWriter;
import neox.generate.GenerateCommand;
import neox.parallel.Topology;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Runs on preferences and rewards, through the tool.
class PostTrainingTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/post-training");

  private static final Topology ONE = new Topology(1, 1, 1);

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
    Path data = Files.createDirectories(directory.resolve("data"));
    try (Stream<Path> files = Files.list(GOLDEN.resolve("data"))) {
      for (Path file : files.toList()) {
        Files.copy(file, data.resolve(file.getFileName()));
      }
    }
  }

  private TrainFixture.Result run(String name, String objective, String... more) {
    return fixture.run(name, overrides(objective, more));
  }

  private String[] overrides(String objective, String... more) {
    List<String> overrides = new ArrayList<>(List.of("data_path=null", "pack_impl=unpacked"));
    overrides.add("train_impl=" + objective);
    overrides.add("seq_length=64");
    overrides.add("max_position_embeddings=64");
    for (String split : List.of("train", "valid", "test")) {
      String part = split.equals("train") ? "train" : "val";
      if (objective.equals("kto")) {
        add(overrides, split + "_data_paths", "pt_kto_" + part + "_document");
        add(overrides, split + "_label_data_paths", "pt_kto_" + part + "_label_document");
        add(overrides, split + "_reward_data_paths", "pt_kto_" + part + "_reward_document");
      } else {
        String pt = "pt_" + objective + "_" + part;
        add(overrides, "pos_" + split + "_data_paths", pt + "_chosen_document");
        add(overrides, "pos_" + split + "_label_data_paths", pt + "_chosen_label_document");
        add(overrides, "neg_" + split + "_data_paths", pt + "_rejected_document");
        add(overrides, "neg_" + split + "_label_data_paths", pt + "_rejected_label_document");
      }
    }
    if (!objective.equals("kto")) {
      overrides.add("dataset_impl=pairwise");
    }
    overrides.addAll(List.of(more));
    return overrides.toArray(String[]::new);
  }

  private void add(List<String> overrides, String key, String dataset) {
    overrides.add(key + "=[" + directory.resolve("data").resolve(dataset) + "]");
  }

  private void makeBase() {
    TrainFixture.Result base =
        fixture.run("base", "train_iters=2", "seq_length=64", "max_position_embeddings=64");
    assertThat(base.code()).as(base.err()).isEqualTo(ExitCode.OK);
  }

  /// The reference of the second part is what the whole run began with, not where it goes on.
  @ParameterizedTest
  @ValueSource(strings = "dpo")
  @SlowRows({"kto", "rm"})
  void goesOnBitForBit(String objective) throws IOException {
    makeBase();
    String from = "init_from=" + directory.resolve("base");
    String[] arguments = {"train_iters=4", "eval_interval=2", from};
    TrainFixture.Result whole = run("whole", objective, arguments);
    assertThat(whole.code()).as(whole.err()).isEqualTo(ExitCode.OK);
    String[] first = {"train_iters=4", "eval_interval=2", from, "exit_interval=2"};
    assertThat(run("parts", objective, first).code()).isEqualTo(ExitCode.STOPPED);
    assertThat(run("parts", objective, arguments).code()).isEqualTo(ExitCode.OK);
    fixture.assertSameCheckpoints("parts", "whole", 4);
    switch (objective) {
      case "rm" -> {
        assertThat(whole.err())
            .contains("6.rm_linear.weight is drawn: the weights are a language model's")
            .doesNotContain("neox-generate");
        assertThat(whole.out()).contains("| pos_values: ").contains("| accuracy value: ");
      }
      case "dpo" -> {
        assertThat(whole.err()).contains("compares with " + directory.resolve("base"));
        assertThat(whole.out()).contains("| ref_neg: ").contains("| margins value: ");
      }
      default -> assertThat(whole.out()).contains("| policy_logp: ").contains("| kl value: ");
    }
  }

  /// Whatever has become of the directory that training began with.
  @ParameterizedTest
  @ValueSource(strings = {"dpo load=BASE finetune=true", "kto init_from=BASE"})
  @SlowRows("dpo load=BASE finetune=true iteration=1")
  void aRestartComparesWithTheModelThatTheRunBeganWith(String run) throws IOException {
    makeBase();
    String[] words =
        (run.replace("BASE", directory.resolve("base").toString()) + " train_iters=4")
            .split(" ", -1);
    String[] more = Arrays.copyOfRange(words, 1, words.length);
    ConfigSource whole = fixture.source("whole", overrides(words[0], more));
    ManyRanksTest.train(whole, ONE, ExitCode.OK);
    ConfigSource parts = fixture.source("parts", overrides(words[0], more));
    ManyRanksTest.train(ResumptionTest.until(parts, 2), ONE, ExitCode.STOPPED);
    ManyRanksTest.train(ResumptionTest.restarted(parts, 0), ONE, ExitCode.OK);
    fixture.assertSameCheckpoints("parts", "whole", 4);
  }

  @Test
  void aRestartFindsTheModelAmongTheRunsOwnCheckpoints() throws IOException {
    makeBase();
    Path base = directory.resolve("base");
    String[] more = {"load=" + base, "finetune=true", "train_iters=4"};
    ConfigSource whole = fixture.source("whole", overrides("dpo", more));
    ManyRanksTest.train(whole, ONE, ExitCode.OK);
    ConfigSource parts = fixture.source("base", overrides("dpo", more));
    long start = Files.getLastModifiedTime(base.resolve("global_step2")).toMillis() + 1;
    ManyRanksTest.train(ResumptionTest.until(parts, 1), ONE, ExitCode.STOPPED);
    ManyRanksTest.train(ResumptionTest.restarted(parts, start), ONE, ExitCode.OK);
    fixture.assertSameCheckpoints("base", "whole", 4);
    assertThatThrownBy(() -> ResumptionTest.restarted(parts, start))
        .isInstanceOf(UserException.class)
        .hasMessage(
            base
                + ": the checkpoint is gone that the run began with and is compared with; expected"
                + " reference_model, which names a copy of it");
  }

  /// The reference is cut into the same stages, and reads each step's batches first; where ranks
  /// hold slices of the sequence, it does, too.
  @ParameterizedTest
  @ValueSource(strings = "kto")
  @SlowRows({"dpo", "rm"})
  void stagesLearnWhatOneRankDoes(String objective) throws IOException {
    makeBase();
    for (Topology grid :
        List.of(new Topology(1, 1, 1), new Topology(2, 1, 1), new Topology(2, 1, 2))) {
      String[] more = {
        "train_iters=3",
        "eval_interval=2",
        "init_from=" + directory.resolve("base"),
        "hidden_dropout=0",
        "attention_dropout=0",
        "optimizer.params.eps=1.0e-3",
        "checkpoint_factor=100",
        "pipe_parallel_size=" + grid.pipe(),
        "model_parallel_size=" + grid.tensor(),
        "sequence_parallel=" + (grid.tensor() > 1)
      };
      ManyRanksTest.train(
          fixture.source("on" + grid.worldSize(), overrides(objective, more)), grid, ExitCode.OK);
    }
    Path alone = directory.resolve("on1/metrics.jsonl");
    PipelinedRunTest.assertSame(
        PipelinedRunTest.records(directory.resolve("on2/metrics.jsonl")),
        PipelinedRunTest.records(alone));
    for (String name : List.of("train/lm_loss", "train/grad_norm")) { // margins cancel out
      List<Double> expected = Records.values(alone, name);
      List<Double> actual = Records.values(directory.resolve("on4/metrics.jsonl"), name);
      assertThat(actual).hasSameSizeAs(expected);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i)).as(name).isCloseTo(expected.get(i), withinPercentage(1e-3));
      }
    }
  }

  /// neox-generate has said before what the reference would; the passes over texts of other lengths
  /// round otherwise, in the seventh digit.
  @ParameterizedTest
  @ValueSource(strings = "kto")
  @SlowRows("dpo")
  void aReferenceMayHaveBeenPrecomputed(String objective) throws IOException {
    makeBase();
    String[] keys = {"train_iters=4", "eval_interval=2", "precompute_model_name=ref"};
    List<String> precompute = fixture.arguments("run", overrides(objective, keys));
    precompute.addAll(
        List.of(
            "--set", "text_gen_type=precompute", "--model", directory.resolve("base").toString()));
    TrainFixture.Result written = TrainFixture.run(new GenerateCommand(), precompute);
    assertThat(written.code()).as(written.err()).isEqualTo(ExitCode.OK);
    TrainFixture.Result precomputed = run("precomputed", objective, keys);
    assertThat(precomputed.code()).as(precomputed.err()).isEqualTo(ExitCode.OK);
    assertThat(precomputed.err()).contains("compares with the log-probabilities of ref");
    keys[2] = "reference_model=" + directory.resolve("base");
    assertThat(run("live", objective, keys).code()).isEqualTo(ExitCode.OK);
    String reference = objective.equals("dpo") ? "train/ref_pos" : "train/ref_logp";
    for (String name : List.of("train/lm_loss", reference)) {
      List<Double> expected = Records.values(directory.resolve("live/metrics.jsonl"), name);
      List<Double> actual = Records.values(directory.resolve("precomputed/metrics.jsonl"), name);
      assertThat(actual).as(name).hasSameSizeAs(expected).isNotEmpty();
      for (int i = 0; i < expected.size(); i++) {
        assertThat(actual.get(i)).as(name).isCloseTo(expected.get(i), withinPercentage(1e-3));
      }
    }
  }

  @Test
  void saysWhichLogProbabilitiesDoNotBelongToTheTexts() throws IOException {
    String[] keys = {"train_iters=1", "precompute_model_name=ref"};
    String texts = directory.resolve("data/pt_dpo_train_chosen_document").toString();
    assertThat(run("run", "dpo", keys).err())
        .contains(texts + "_ref.idx: no such file; a dataset is a prefix with .bin and .idx");
    write(texts + "_ref", 3, 64);
    assertThat(run("run", "dpo", keys).err())
        .contains(texts + "_ref: log-probabilities of 3 documents, but " + texts + " has 60;");
    write(texts + "_ref", 64, 2); // GPT-NeoX rounds the number up to a multiple of 8
    assertThat(run("run", "dpo", keys).err())
        .contains(texts + "_ref: 2 log-probabilities of document 0, of which " + texts + " has ")
        .contains("; precompute them with this configuration's seq_length (64)");
    assertThat(run("run", "dpo", "precompute_model_name=ref", "reference_model=m").err())
        .contains("reference_model: contradicts precompute_model_name, whose datasets say what");
  }

  private static void write(String prefix, int documents, int length) throws IOException {
    try (IndexedFloatsWriter writer = IndexedFloatsWriter.create(Path.of(prefix))) {
      for (int i = 0; i < documents; i++) {
        writer.addDocument(new float[length]);
      }
      writer.commit();
    }
  }

  @Test
  void preferencesWithoutAReferenceNeedNoOtherModel() {
    TrainFixture.Result result =
        run("run", "dpo", "train_iters=1", "dpo_reference_free=true", "eval_iters=0");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.out()).contains("| chosen_pos: ").doesNotContain("ref_pos");
  }

  @Test
  void saysWhatPostTrainingNeeds() {
    assertThat(run("run", "dpo").err())
        .contains(
            "reference_model: required but missing: dpo compares with a model that stays as it is;"
                + " give init_from, or load with finetune, or name here what training began with");
    assertThat(run("run", "rm", "no_weight_tying=false").err())
        .contains(
            "no_weight_tying: a reward model (train_impl rm) has an output projection of its own;"
                + " set it to true");
    assertThat(run("run", "kto", "train_micro_batch_size_per_gpu=3").err())
        .contains(
            "train_micro_batch_size_per_gpu: KTO compares each half of a micro-batch with the"
                + " other; expected an even number, found 3");
    assertThat(run("run", "rm", "pack_impl=packed").err())
        .contains("pack_impl: pairs and rewards belong to whole documents; set it to unpacked");
    assertThat(run("run", "rm", "dataset_impl=gpt2").err())
        .contains(
            "pos_train_data_paths: pairs need dataset_impl pairwise; set it, or leave the pairs"
                + " out")
        .contains("dataset_impl: train_impl dpo and rm are trained on pairs; set it to pairwise");
    assertThat(run("run", "rm", "neg_valid_data_paths=[]").err())
        .contains("neg_valid_data_paths: expected one dataset of rejected texts for each of the 1");
    assertThat(fixture.run("run", "train_impl=reinforce").err())
        .contains(
            "GPT-NeoX has it, this program does not: its samples come from a server that generates"
                + " them while training runs");
  }

  @Test
  void saysWhichDatasetsDoNotBelongTogether() {
    String rewards = directory.resolve("data/pt_kto_val_reward_document").toString();
    TrainFixture.Result few =
        run("run", "kto", "train_reward_data_paths=[" + rewards + "]", "reference_model=m");
    assertThat(few.code()).isEqualTo(ExitCode.USAGE);
    assertThat(few.err())
        .contains(rewards + ": 16 rewards, but ")
        .contains(" has 60 documents; expected one for each");
  }

  @Test
  void aRewardModelReadsEachTextAtOnePlace() {
    List<String> more = new ArrayList<>();
    for (String side : List.of("pos", "neg")) {
      String text = side.equals("pos") ? "chosen" : "rejected";
      add(more, side + "_train_data_paths", "pt_dpo_train_" + text + "_document");
      add(more, side + "_train_label_data_paths", "pt_dpo_train_" + text + "_label_document");
    }
    TrainFixture.Result result = run("run", "rm", more.toArray(String[]::new));
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .contains(
            "labels that count, but a reward model is read at one; expected datasets as"
                + " neox-preprocess chat --for-rm writes them");
  }
}
