package neox.config;

import static neox.config.TestConfig.load;
import static neox.config.TestConfig.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
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
    assertThat(load(lines).model().mlpSize()).isEqualTo(width);
  }

  @Test
  void allHeadsHaveKeysAndValuesUnlessToldOtherwise() {
    assertThat(load("num_attention_heads: 8").model().kvHeads()).isEqualTo(8);
    assertThat(load("num_attention_heads: 8\nnum_kv_heads: 2").model().kvHeads()).isEqualTo(2);
  }

  @Test
  void theTanhApproximationIsForGeluOnly() {
    assertThat(load("bias_gelu_fusion: true").model().tanhGelu()).isTrue();
    assertThat(load("bias_gelu_fusion: true\nactivation: swiglu").model().tanhGelu()).isFalse();
    assertThat(load("activation: gelu").model().tanhGelu()).isFalse();
  }

  @Test
  void theEpsilonIsThatOfTheNorm() {
    String all = "layernorm_epsilon: 1e-1\nrms_norm_epsilon: 1e-2\nscalenorm_epsilon: 1e-3\nnorm: ";
    assertThat(load(all + "layernorm").model().normEpsilon()).isEqualTo(1e-1);
    assertThat(load(all + "rmsnorm").model().normEpsilon()).isEqualTo(1e-2);
    assertThat(load(all + "ScaleNorm").model().normEpsilon()).isEqualTo(1e-3);
    assertThat(load(all + "non_parametric_layernorm").model().normEpsilon()).isEqualTo(1e-1);
  }

  @Test
  void queryKeyScalingIsASoftmaxInFp32() {
    assertThat(load("apply_query_key_layer_scaling: true").model().softmaxInFp32()).isTrue();
    assertThat(load("attention_softmax_in_fp32: true").model().softmaxInFp32()).isTrue();
    assertThat(load("seed: 1").model().softmaxInFp32()).isFalse();
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
  @CsvSource(
      delimiter = '|',
      value = {
        "seed: 1|100",
        "lr_decay_iters: 7|7",
        "lr_decay_fraction: 0.55|55",
        "lr_decay_fraction: 0.001|1",
        "lr_decay_iters: 7, lr_decay_fraction: 0.5|7",
        "train_iters: 0|1",
      })
  void findsTheLastStepOfTheDecay(String lines, long iters) {
    assertThat(load(lines.replace(", ", "\n")).schedule().decayIters()).isEqualTo(iters);
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
      })
  void findsThePrecision(String lines, Precision precision) {
    NeoxConfig config = load(lines.replace(", ", "\n").replace(';', ','));
    assertThat(config.precision()).isEqualTo(precision);
  }

  @Test
  void adamHasDefaultsAndSeveralNames() {
    NeoxConfig config = load("optimizer: {type: CPU_Adam, params: {lr: 1}}\nmin_lr: 1");
    assertThat(config.optimizer()).isEqualTo(new OptimizerConfig(1, 0.9, 0.999, 1e-8, 0.1, 1.0));
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
    assertThatThrownBy(load("model_parallel_size: 2")::requireTrainable)
        .hasMessageContaining("model_parallel_size: ")
        .hasMessageEndingWith(
            "\ndata_path: required but missing: prefix of the .bin and .idx to train on");
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
  }

  private static BatchConfig batch(int samples, int micro, int accumulation, long steps) {
    BatchConfig.RunLength length = new BatchConfig.RunLength(steps, Optional.empty());
    return new BatchConfig(samples, micro, accumulation, length);
  }
}
