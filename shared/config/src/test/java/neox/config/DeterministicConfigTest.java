package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import neox.base.UserException;
import neox.config.DeterministicConfig.SameOn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeterministicConfigTest {
  @Test
  void bitsDependOnTheLayoutUnlessAskedForOtherwise() {
    assertThat(TestConfig.load("").deterministic().sameOn()).isEqualTo(SameOn.RERUN);
    assertThat(
            TestConfig.load("deterministic: layout\nno_weight_tying: true")
                .deterministic()
                .onEveryLayout())
        .isTrue();
  }

  @Test
  void shardsDivideTheNetworkAndRanksDivideShards() {
    assertThatThrownBy(() -> TestConfig.load("deterministic: layout\nmodel_parallel_size: 3"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("must divide deterministic_shards (4), found 3");
    assertThatThrownBy(() -> TestConfig.load("deterministic: layout\ndeterministic_shards: 5"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("deterministic_shards: must divide num_attention_heads (");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pos_emb: rpe | pos_emb | not built yet for rpe, whose table all stages train",
        "sequence_parallel: true | sequence_parallel | norms add up slice by slice",
        "grad_accum_reduction: sum | grad_accum_reduction | needs mean",
        "optimizer: {type: sm3, params: {lr: 1.0e-3}} | optimizer.type | is built for adam alone",
        "train_impl: kto | train_impl | not built yet for preferences and rewards",
        "use_qk_layernorm: true | use_qk_layernorm | all heads train one norm",
        "log_gradient_noise_scale: true | log_gradient_noise_scale | set it to false"
      })
  void whatIsNotTheSameOnEveryLayoutIsRefused(String setting, String key, String reason) {
    assertThatThrownBy(() -> TestConfig.load("deterministic: layout\n" + setting))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(key + ": deterministic layout ")
        .hasMessageContaining(reason);
  }
}
