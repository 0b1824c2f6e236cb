package neox.config;

import static neox.config.TestConfig.load;
import static neox.config.TestConfig.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import neox.base.UserException;
import neox.config.model.Activation;
import neox.config.model.AttentionKind;
import neox.config.model.GmlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;
import neox.config.model.TransformerConfig;
import neox.config.step.StepChanges;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How the records follow from the keys where that is more than copying.
class RecordsTest {
  /// Rows 1–9: widths that the real program made; the rest: where it makes none that works.
  @ParameterizedTest
  @CsvSource({
    "gelu, 64, , , 1, 256",
    "gelu, 64, 200, , 1, 200",
    "gelu, 64, , 3, 1, 192",
    "geglu, 64, , , 1, 85",
    "swiglu, 64, , , 64, 128",
    "swiglu, 64, 300, , 1, 100",
    "swiglu, 64, 576, , 64, 192",
    "swiglu, 64, 32768, , 256, 11008",
    "swiglu, 64, 14336, , 14336, 14336",
    "gelu, 64, 201, , 1, 201",
    "gelu, 64, 192, , 64, 192",
    "gelu, 64, 193, , 64, 256",
    "swiglu, 64, 14336, , 1, 4779",
  })
  void followsTheRuleOfMlpWidths(
      String activation, int hidden, Integer size, Integer factor, int multiple, int width) {
    String lines =
        "activation: %s\nhidden_size: %d\nmlp_multiple_of: %d\n"
            .formatted(activation, hidden, multiple);
    lines += size == null ? "" : "intermediate_size: " + size + "\n";
    lines += factor == null ? "" : "expansion_factor: " + factor + "\n";
    assertThat(block(lines).mlp().size()).isEqualTo(width);
  }

  @Test
  void allHeadsHaveKeysAndValuesUnlessToldOtherwise() {
    assertThat(load("num_attention_heads: 8").model().kvHeads()).isEqualTo(8);
    assertThat(load("num_attention_heads: 8\nnum_kv_heads: 2").model().kvHeads()).isEqualTo(2);
  }

  @Test
  void theTanhApproximationIsForGeluOnly() {
    assertThat(block("bias_gelu_fusion: true").mlp().tanhGelu()).isTrue();
    assertThat(block("bias_gelu_fusion: true\nactivation: swiglu").mlp().tanhGelu()).isFalse();
    assertThat(block("activation: gelu").mlp().tanhGelu()).isFalse();
  }

  @Test
  void theEpsilonIsThatOfTheNorm() {
    String all = "layernorm_epsilon: 1e-1\nrms_norm_epsilon: 1e-2\nscalenorm_epsilon: 1e-3\nnorm: ";
    assertThat(load(all + "layernorm").model().norm()).isEqualTo(new Norm.LayerNorm(1e-1));
    assertThat(load(all + "rmsnorm").model().norm()).isEqualTo(new Norm.RmsNorm(1e-2));
    assertThat(load(all + "ScaleNorm").model().norm()).isEqualTo(new Norm.ScaleNorm(1e-3));
    assertThat(load(all + "non_parametric_layernorm").model().norm())
        .isEqualTo(new Norm.NonParametricLayerNorm(1e-1));
  }

  @Test
  void queryKeyScalingIsASoftmaxInFp32() {
    assertThat(block("apply_query_key_layer_scaling: true").attention().softmaxInFp32()).isTrue();
    assertThat(block("attention_softmax_in_fp32: true").attention().softmaxInFp32()).isTrue();
    assertThat(block("seed: 1").attention().softmaxInFp32()).isFalse();
  }

  @Test
  void queryKeyScalingMultipliesTheBiasOfPositionsByTheBlocksNumber() {
    String scaling = "num_layers: 4\napply_query_key_layer_scaling: true\npos_emb: ";
    assertThat(load(scaling + "alibi").model().transformers())
        .extracting(b -> b.attention().biasFactor())
        .containsExactly(1, 1, 2, 3);
    assertThat(load(scaling + "rotary").model().transformers())
        .as("nothing to multiply")
        .extracting(b -> b.attention().biasFactor())
        .containsOnly(1);
  }

  @Test
  void queriesAndKeysAreNormedOnDemand() {
    assertThat(block("use_qk_layernorm: true").attention().normed()).isTrue();
    assertThat(block("seed: 1").attention().normed()).isFalse();
    String split = "use_qk_layernorm: true\nmodel_parallel_size: 2\n";
    assertThat(block(split + "norm: rmsnorm").attention().normed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[[global], 2]]",
        "[[['global'], all]]",
        "[[[flash, global], all]]",
        "[[[flash], 1], [[global], 1]]",
        "[[[global, flash], 1]]",
        "[global, flash]",
        "null",
      })
  void acceptsEachWayToSayGlobalAttention(String pattern) {
    LoadedConfig loaded = TestConfig.loaded("attention_config: " + pattern, Map.of());
    NeoxConfig again = TestConfig.read(loaded.effectiveYaml(), Map.of()).config();
    assertThat(again).isEqualTo(loaded.config());
  }

  @Test
  void eachBlockKeepsItsKindOfAttention() {
    assertThat(load("attention_config: [[[flash], 1], [[global], 1]]").model().transformers())
        .extracting(b -> b.attention().kind())
        .containsExactly(AttentionKind.FLASH, AttentionKind.GLOBAL);
    assertThat(
            load("num_layers: 4\nattention_config: [[[global, flash], all]]")
                .model()
                .transformers())
        .extracting(b -> b.attention().kind())
        .containsExactly(
            AttentionKind.GLOBAL, AttentionKind.FLASH, AttentionKind.GLOBAL, AttentionKind.FLASH);
    assertThat(load("seed: 1").model().transformers())
        .extracting(b -> b.attention().kind())
        .containsOnly(AttentionKind.GLOBAL);
  }

  @Test
  void blocksOfSeveralKindsMayBeMixed() {
    ModelConfig model =
        load("num_layers: 3\ngmlp_attn_dim: 16\nattention_config: [[[global, gmlp, amlp], 1]]")
            .model();
    assertThat(model.blocks().get(0)).isInstanceOf(TransformerConfig.class);
    assertThat(model.blocks().get(1))
        .isEqualTo(new GmlpConfig(Activation.GELU, false, OptionalInt.empty(), false));
    assertThat(model.blocks().get(2))
        .isEqualTo(new GmlpConfig(Activation.GELU, false, OptionalInt.of(16), false));
  }

  @Test
  void everyBlockHasTheSameSlidingWindow() {
    assertThat(load("sliding_window_width: 16").model().transformers())
        .extracting(b -> b.attention().window())
        .containsOnly(OptionalInt.of(16));
    assertThat(block("seed: 1").attention().window()).isEmpty();
    assertThat(problems("sliding_window_width: 0"))
        .isEqualTo(
            "c.yml:1: sliding_window_width: expected an integer that is at least 1, found number"
                + " 0");
  }

  @Test
  void rotaryPositionsCanBeScaled() {
    String scaling = "pos_emb: rotary\nrope_scaling: {factor: 4, rope_type: ";
    assertThat(load(scaling + "linear}").model().positions())
        .isEqualTo(new Positions.Rotary(1, 10_000, new RotaryScaling.Linear(4)));
    String yarn = scaling + "yarn, original_max_position_embeddings: 8";
    assertThat(load(yarn + "}").model().positions())
        .isEqualTo(new Positions.Rotary(1, 10_000, new RotaryScaling.Yarn(4, 8)));
    assertThat(
            load(yarn + ", beta_fast: 9, beta_slow: 2, attention_factor: 1}").model().positions())
        .isEqualTo(new Positions.Rotary(1, 10_000, new RotaryScaling.Yarn(4, 8, 9, 2, 1)));
    String llama = scaling + "llama3, original_max_position_embeddings: 8";
    assertThat(load(llama + "}").model().positions())
        .isEqualTo(new Positions.Rotary(1, 10_000, new RotaryScaling.Llama3(4, 8, 1, 4)));
    assertThat(load(llama + ", low_freq_factor: 2, high_freq_factor: 3}").model().positions())
        .isEqualTo(new Positions.Rotary(1, 10_000, new RotaryScaling.Llama3(4, 8, 2, 3)));
  }

  @Test
  void learnedPositionsCanBeginAtAnyRow() {
    ModelConfig model = load("max_position_embeddings: 18\nopt_pos_emb_offset: 2").model();
    assertThat(model.positions()).isEqualTo(new Positions.Learned(18, 2));
    assertThat(model.longest()).isEqualTo(16);
  }

  @Test
  void relativePositionsHaveBucketsUpToADistance() {
    assertThat(load("pos_emb: rpe").model().positions()).isEqualTo(new Positions.Relative(32, 128));
    assertThat(load("pos_emb: rpe\nrpe_num_buckets: 8\nrpe_max_distance: 20").model().positions())
        .isEqualTo(new Positions.Relative(8, 20));
    assertThat(load("rpe_num_buckets: 300").model().positions())
        .as("of no interest to other positions")
        .isEqualTo(new Positions.Learned(16));
    assertThat(problems("rpe_max_distance: 4\nrpe_num_buckets: 8\npos_emb: rpe"))
        .isEqualTo(
            "c.yml:1: rpe_max_distance: must be greater than half of rpe_num_buckets (8), found"
                + " 4");
  }

  @Test
  void aPatternForAllBlocksMustDivideThem() {
    assertThat(problems("attention_config: [[[global, flash, global], all]]"))
        .isEqualTo("c.yml:1: attention_config: describes 0 blocks, num_layers is 2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train_batch_size: 12, train_micro_batch_size_per_gpu: 4, gradient_accumulation_steps: 3|12|4|3",
        "train_batch_size: 12, train_micro_batch_size_per_gpu: 4, gradient_accumulation_steps: null|12|4|3",
        "train_batch_size: 12, train_micro_batch_size_per_gpu: null, gradient_accumulation_steps: 3|12|4|3",
        "train_micro_batch_size_per_gpu: 4, gradient_accumulation_steps: 3|12|4|3",
        "train_batch_size: 12, train_micro_batch_size_per_gpu: null|12|12|1",
        "train_micro_batch_size_per_gpu: 4|4|4|1",
      })
  void fillsInTheBatchTriple(String lines, int total, int micro, int steps) {
    assertThat(load(lines.replace(", ", "\n")).batch()).isEqualTo(batch(total, micro, steps, 100));
  }

  @Test
  void saysHowToMendTheBatchTriple() {
    assertThat(problems("train_batch_size: 12\ntrain_micro_batch_size_per_gpu: 4"))
        .isEqualTo(
            "c.yml:1: train_batch_size: 12 is not train_micro_batch_size_per_gpu (4) x "
                + "gradient_accumulation_steps (1, the default) x data-parallel ranks (1) = 4; "
                + "leave train_batch_size out or set gradient_accumulation_steps: 3");
    assertThat(problems("train_batch_size: 13\ngradient_accumulation_steps: null"))
        .isEqualTo(
            "c.yml:1: train_batch_size: 13 is not train_micro_batch_size_per_gpu (4) x "
                + "gradient_accumulation_steps (3) x data-parallel ranks (1) = 12; "
                + "leave train_batch_size out");
    assertThat(problems("train_micro_batch_size_per_gpu: null"))
        .isEqualTo(
            "c.yml:1: train_micro_batch_size_per_gpu: required but missing: samples per forward "
                + "pass and rank (or give train_batch_size)");
    assertThat(problems("train_micro_batch_size_per_gpu: 0"))
        .isEqualTo(
            "c.yml:1: train_micro_batch_size_per_gpu: expected an integer that is at least 1, "
                + "found number 0");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, 1",
    "6, 1, 1, 6",
    "6, 0, 1, 6",
    "8, 2, 1, 4",
    "8, 1, 2, 4",
    "8, 2, 4, 1",
  })
  void eachReplicaOfTheNetworkTakesItsShareOfTheBatch(
      int ranks, int stages, int tensorParallel, int replicas) {
    String lines =
        "pipe_parallel_size: %d\nmodel_parallel_size: %d".formatted(stages, tensorParallel);
    assertThat(load(lines, RunShape.ofRanks(ranks)).batch().trainBatchSize())
        .isEqualTo(4 * replicas);
    assertThat(load(lines).batch().trainBatchSize()).as("one replica").isEqualTo(4);
    assertThat(load(lines, RunShape.ofRanks(ranks).withSteps(9)).batch().trainIters())
        .isEqualTo(100);
  }

  @Test
  void theRanksOfTheRunAreWholeReplicas() {
    assertThatThrownBy(
            () -> load("pipe_parallel_size: 2\nmodel_parallel_size: 4", RunShape.ofRanks(12)))
        .message()
        .endsWith(
            "c.yml:1: pipe_parallel_size: pipe_parallel_size (2) x model_parallel_size (4) = 8 ranks"
                + " share the network, but the run has 12; start 8 of them or a multiple"
                + " (num_gpus, or a hostfile)");
    assertThatThrownBy(() -> load("model_parallel_size: 2", RunShape.ofRanks(1)))
        .message()
        .contains(
            "c.yml:1: model_parallel_size: ",
            "= 2 ranks share the network, but the run has 1; start 2")
        .endsWith(
            ", or train on this one with --set pipe_parallel_size=1 --set model_parallel_size=1");
    assertThatThrownBy(() -> RunShape.ofRanks(0)).hasMessage("a run of 0 ranks");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed: 1|100",
        "lr_decay_iters: 7|7",
        "lr_decay_fraction: 0.55|55",
        "lr_decay_fraction: 0.001|1",
        "lr_decay_fraction: 1.5|150",
        "lr_decay_iters: 7, lr_decay_fraction: 0.5|7",
        "train_iters: 0|1",
      })
  void findsTheLastStepOfTheDecay(String lines, long iters) {
    assertThat(load(lines.replace(", ", "\n")).schedule().decayIters()).isEqualTo(iters);
  }

  /// In a first pass over the files the data have not yet been asked how many steps there are.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "lr_warmup_iters: 20",
        "lr_decay_style: wsd\nlr_wsd_decay_iters: 30\nlr_warmup_iters: 20",
        "lr_decay_style: wsd\nlr_wsd_decay_fraction: 0.5\nlr_warmup_iters: 20"
      })
  void aScheduleIsJudgedOnceTheEpochsAreKnownInSteps(String lines) {
    String epochs = lines + "\ntrain_epochs: 2\ntrain_iters: null";
    assertThat(load(epochs).schedule().warmupSteps()).isEqualTo(20);
    RunShape known = RunShape.ofRanks(1).withSteps(100);
    assertThat(load(epochs, known).schedule().decayIters()).isEqualTo(100);
    RunShape few = RunShape.ofRanks(1).withSteps(10);
    assertThatThrownBy(() -> load(epochs, few))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("lr_decay_iters (10)");
    assertThatThrownBy(() -> load(epochs + "\nlr_decay_iters: 10"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("lr_decay_iters (10)");
  }

  /// Python's None is false in every condition; where GPT-NeoX fills a key in by itself, it is not.
  @Test
  void aSwitchThatIsNullIsOffAsInPython() {
    NeoxConfig config =
        load("use_bias_in_mlp: null\nuse_bias_in_attn_linear: null\nallow_chopped: null\ndo_test:");
    assertThat(config.model().blocks())
        .allSatisfy(block ->
            assertThat(block)
                .isInstanceOfSatisfying(
                    TransformerConfig.class,
                    each -> {
                      assertThat(each.mlp().bias()).isFalse();
                      assertThat(each.attention().bias()).isFalse();
                    }));
    assertThat(config.data().allowChopped()).isFalse();
    assertThat(config.eval().test()).isTrue();
    LoadedConfig loaded = TestConfig.loaded("use_bias_in_mlp: null", Map.of());
    assertThat(loaded.effectiveYaml()).contains("use_bias_in_mlp: false");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed: 1|FP32",
        "precision: BFloat16|BFLOAT16",
        "bf16: {enabled: true}|BFLOAT16",
        "bf16: {enabled: true}, precision: bfloat16|BFLOAT16",
        "fp16: {enabled: true; type: bfloat16}|BFLOAT16",
        "fp16: {enabled: false}, precision: fp32|FP32",
        "fp16: {enabled: true}|FP16",
        "precision: fp16|FP16",
      })
  void findsThePrecision(String lines, Precision precision) {
    NeoxConfig config = load(lines.replace(", ", "\n").replace(';', ','));
    assertThat(config.precision()).isEqualTo(precision);
  }

  @Test
  void theLossIsScaledInFp16Alone() {
    assertThat(load("fp16: {loss_scale: 128}").mixedPrecision().lossScale())
        .isEqualTo(new LossScaleConfig.None());
    assertThat(load("precision: fp16").mixedPrecision().lossScale())
        .isEqualTo(new LossScaleConfig.Dynamic(65536, 1000, 1, 2, false));
    assertThat(load("fp16: {enabled: true, loss_scale: 128}").mixedPrecision().lossScale())
        .isEqualTo(new LossScaleConfig.Constant(128));
    assertThat(
            load("fp16: {enabled: true, loss_scale: 0, initial_scale_power: 12, hysteresis: 3,"
                    + " loss_scale_window: 500, min_loss_scale: 0.5,"
                    + " consecutive_hysteresis: true}")
                .mixedPrecision()
                .lossScale())
        .isEqualTo(new LossScaleConfig.Dynamic(4096, 500, 0.5, 3, true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "precision: fp32|FP32",
        "precision: fp16|FP16",
        "precision: bfloat16|FP32",
        "precision: fp16, data_types: {grad_accum_dtype: fp32}|FP32",
        "precision: fp16, data_types: {grad_accum_dtype: fp16}|FP16",
        "precision: bfloat16, data_types: {grad_accum_dtype: bf16}|BFLOAT16",
      })
  void gradientsAreAddedUpInFloat32OrInTheirOwnType(String lines, Precision type) {
    assertThat(load(lines.replace(", ", "\n")).mixedPrecision().accumulation()).isEqualTo(type);
  }

  @Test
  void stepsAreSkippedOnRequestAlone() {
    assertThat(load("").stability()).isEqualTo(new StabilityConfig(false, 50, 0, 128));
    assertThat(load("skip_nonfinite_steps: true\nskip_step_sigma_factor: 6").stability())
        .isEqualTo(new StabilityConfig(true, 50, 6, 128));
  }

  @Test
  void adamHasDefaultsAndSeveralNames() {
    NeoxConfig config = load("optimizer: {type: CPU_Adam, params: {lr: 1}}\nmin_lr: 1");
    assertThat(config.optimizer())
        .isEqualTo(new OptimizerConfig(new OptimizerRule.Adam(0.9, 0.999, 1e-8), 1, 0.1, 1.0));
  }

  @Test
  void lionHasItsOwnDefaults() {
    assertThat(load("optimizer: {type: Lion, params: {lr: 1}}").optimizer().rule())
        .isEqualTo(new OptimizerRule.Lion(0.9, 0.99));
    assertThat(
            load("optimizer: {type: lion, params: {lr: 1, betas: [0.8, 0.7]}}").optimizer().rule())
        .isEqualTo(new OptimizerRule.Lion(0.8, 0.7));
    LoadedConfig loaded = TestConfig.loaded("optimizer: {type: lion, params: {lr: 1}}", Map.of());
    assertThat(TestConfig.read(loaded.effectiveYaml(), Map.of()).config())
        .as("the effective configuration says which betas were used")
        .isEqualTo(loaded.config());
  }

  @Test
  void sgdHasMomentum() {
    assertThat(load("optimizer: {type: SGD, params: {lr: 1}}").optimizer().rule())
        .isEqualTo(new OptimizerRule.Sgd(0));
    assertThat(load("optimizer: {type: sgd, params: {lr: 1, momentum: 0.9}}").optimizer().rule())
        .isEqualTo(new OptimizerRule.Sgd(0.9));
    assertThat(problems("optimizer: {type: sgd, params: {lr: 1, momentum: 1}}"))
        .isEqualTo(
            "c.yml:1: optimizer.params.momentum: expected a number of at least 0 and less than 1,"
                + " found number 1");
  }

  @Test
  void readsCheckpointSettings() {
    CheckpointConfig config =
        load("""
        save: out
        load: in
        checkpoint_scale: log
        checkpoint_factor: 1.5
        extra_save_iters: [0, 5]
        keep_last_n_checkpoints: 2
        no_load_optim: true
        no_save_rng: true
        finetune: true
        iteration: 7
        """)
            .checkpoint();
    assertThat(config.save()).contains(Path.of("out"));
    assertThat(config.load()).contains(Path.of("in"));
    assertThat(config.keepLast()).contains(2);
    assertThat(config.loadOptimizer()).isFalse();
    assertThat(config.loadRandomState()).isTrue();
    assertThat(config.saveRandomState()).isFalse();
    assertThat(config.finetune()).isTrue();
    assertThat(config.iteration()).contains(7L);
    assertThat(java.util.stream.LongStream.range(0, 12).filter(config::isDue))
        .containsExactly(0L, 1L, 2L, 3L, 5L, 7L, 11L);
  }

  /// GPT-NeoX multiplies as often as it takes, here for hours.
  @Test
  @Timeout(value = 10, unit = TimeUnit.SECONDS)
  void findsPowersOfAnyFactorAtOnce() {
    CheckpointConfig close = logarithmic("1.0000000000000003");
    assertThat(LongStream.of(1, 2, 1000, 5_000_000)).allMatch(close::isDue);

    CheckpointConfig apart = logarithmic("1.00001");
    long power =
        new BigDecimal("1.00001").pow(2_000_000, new MathContext(40)).longValue(); // about 5e8
    assertThat(apart.isDue(power)).isTrue();
    assertThat(apart.isDue(power + 1000)).isFalse();

    CheckpointConfig far = logarithmic("2");
    assertThat(far.isDue(1L << 40)).isTrue();
    assertThat(far.isDue((1L << 40) + 1)).isFalse();
  }

  private static CheckpointConfig logarithmic(String factor) {
    return load("""
    save: out
    checkpoint_scale: log
    checkpoint_factor: %s
    """
            .formatted(factor))
        .checkpoint();
  }

  @Test
  void readsBlendsAndTheWayToTheTokenizer() {
    NeoxConfig config =
        load(
            """
            train_data_paths: [a, b]
            valid_data_paths: [a]
            test_data_paths: [c]
            train_data_weights: [1, 0.5]
            tokenizer_type: hftokenizer
            vocab_file: t.json
            """);
    assertThat(config.data().train().paths()).containsExactly(Path.of("a"), Path.of("b"));
    assertThat(config.data().train().weights()).containsExactly(1.0, 0.5);
    assertThat(config.data().valid().weights()).isEmpty();
    assertThat(config.data().valid().weightsOrOnes()).containsExactly(1.0);
    assertThat(config.tokenizer().type()).isEqualTo("HFTokenizer");
    assertThat(config.tokenizer().vocabFile()).contains(Path.of("t.json"));
  }

  @Test
  void trainingNeedsData() {
    assertThatThrownBy(load("seed: 1")::requireTrainable)
        .hasMessage("data_path: required but missing: prefix of the .bin and .idx to train on");
  }

  @ParameterizedTest
  @CsvSource({
    "50257,128,1,50304",
    "50277,128,1,50304",
    "50277,128,2,50432",
    "512,128,1,512",
    "1,128,4,512"
  })
  void padsTheVocabulary(int size, int divisor, int ranks, int rows) {
    assertThat(Vocabulary.padded(size, divisor, ranks)).isEqualTo(rows);
  }

  @Test
  void aVocabularyIsNotEmpty() {
    assertThatThrownBy(() -> Vocabulary.padded(0, 128, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sizes must be positive: 0, 128, 1");
    assertThatThrownBy(() -> Vocabulary.padded(50_000, 1 << 20, 1 << 20))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "make_vocab_size_divisible_by (1048576) x model_parallel_size (1048576): 1099511627776"
                + " rows of the vocabulary are more than can be counted");
  }

  /// The first block of a network with these keys.
  private static TransformerConfig block(String lines) {
    return load(lines).model().transformers().getFirst();
  }

  private static BatchConfig batch(int samples, int micro, int accumulation, long steps) {
    BatchConfig.RunLength length = BatchConfig.RunLength.ofSteps(steps);
    return new BatchConfig(samples, micro, accumulation, length, StepChanges.NONE);
  }
}
