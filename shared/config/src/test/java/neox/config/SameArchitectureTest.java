package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import neox.config.model.Architecture;
import neox.config.table.ConfigKey;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class SameArchitectureTest {
  /// What a change of one key means for weights that exist already.
  ///
  /// @param before the lines of a configuration in which the key has an effect
  /// @param value another value of the key
  /// @param named the keys that the comparison must name; none: the weights do not mind
  private record Verdict(String before, String value, Set<String> named) {}

  /// A verdict for each key of the section `Model`: a new key has none until it is added here.
  private static final Map<String, Verdict> VERDICTS = verdicts();

  private static Map<String, Verdict> verdicts() {
    Map<String, Verdict> all = new LinkedHashMap<>();
    String rotary = "pos_emb: rotary\n";
    String relative = "pos_emb: rpe\n";
    same(all, "num_layers", "", "3");
    same(all, "hidden_size", "intermediate_size: 128\n", "64");
    same(all, "num_attention_heads", "", "2");
    same(all, "num_kv_heads", "", "2");
    same(all, "pos_emb", "", "alibi");
    same(all, "max_position_embeddings", "", "32");
    same(all, "rotary_pct", rotary, "0.5");
    same(all, "rotary_emb_base", rotary, "500000");
    same(all, "opt_pos_emb_offset", "max_position_embeddings: 32\n", "2");
    String yarn =
        rotary
            + "rope_scaling: {rope_type: yarn, factor: 4, original_max_position_embeddings: 8,"
            + " attention_factor: 1}\n";
    same(all, "rope_scaling.rope_type", rotary + "rope_scaling: {factor: 4}\n", "linear");
    same(all, "rope_scaling.factor", yarn, "2");
    same(all, "rope_scaling.original_max_position_embeddings", yarn, "16");
    same(all, "rope_scaling.beta_fast", yarn, "16");
    same(all, "rope_scaling.beta_slow", yarn, "2");
    same(all, "rope_scaling.attention_factor", yarn, "1.5");
    String llama3 =
        rotary
            + "rope_scaling: {rope_type: llama3, factor: 4,"
            + " original_max_position_embeddings: 8}\n";
    same(all, "rope_scaling.low_freq_factor", llama3, "2");
    same(all, "rope_scaling.high_freq_factor", llama3, "8");
    same(all, "rpe_num_buckets", relative, "16");
    same(all, "rpe_max_distance", relative, "64");
    same(all, "norm", "", "rmsnorm");
    same(all, "layernorm_epsilon", "", "1.0e-6");
    same(all, "rms_norm_epsilon", "norm: rmsnorm\n", "1.0e-6");
    same(all, "scalenorm_epsilon", "norm: scalenorm\n", "1.0e-6");
    same(all, "no_weight_tying", "", "true");
    same(all, "gpt_j_residual", "", "true");
    same(all, "gpt_j_tied", "gpt_j_residual: true\n", "true");
    same(all, "use_bias_in_attn_linear", "", "false");
    same(all, "sliding_window_width", "", "8");
    same(all, "activation", "", "relu");
    same(all, "bias_gelu_fusion", "", "true");
    same(all, "use_bias_in_mlp", "", "false");
    same(all, "intermediate_size", "", "64");
    all.put("expansion_factor", new Verdict("", "2", Set.of("intermediate_size")));
    all.put("mlp_multiple_of", new Verdict("", "100", Set.of("intermediate_size")));
    free(all, "seq_length", "8"); // how much of the network is used at once
    free(all, "make_vocab_size_divisible_by", "64"); // shapes tell
    free(all, "attention_softmax_in_fp32", "true"); // precision alone
    // Precision alone, but where positions add to the scores.
    same(all, "apply_query_key_layer_scaling", "num_layers: 3\npos_emb: alibi\n", "true");
    same(all, "use_qk_layernorm", "", "true");
    same(all, "attention_config", "", "[[[gmlp], 2]]");
    same(all, "gmlp_attn_dim", "attention_config: [[[amlp], 2]]\n", "8");
    String prompt = "soft_prompt_tuning: {enabled: true, num_tokens: 3}\n";
    same(all, "soft_prompt_tuning.num_tokens", prompt, "4");
    all.put(
        "soft_prompt_tuning.n_tokens",
        new Verdict(
            "soft_prompt_tuning: {enabled: true, n_tokens: 3}\n",
            "4",
            Set.of("soft_prompt_tuning.num_tokens")));
    free(all, "soft_prompt_tuning.enabled", "true"); // begins anew with the same weights
    free(all, "soft_prompt_tuning.init_range", "0.1");
    free(all, "soft_prompt_tuning.init_string", "a");
    free(all, "hidden_dropout", "0.1"); // of training alone
    free(all, "attention_dropout", "0.1");
    free(all, "init_method", "xavier_normal"); // of the first step alone
    free(all, "output_layer_init_method", "xavier_normal");
    free(all, "init_method_std", "0.03");
    return all;
  }

  private static void same(Map<String, Verdict> all, String key, String before, String value) {
    all.put(key, new Verdict(before, value, Set.of(key)));
  }

  private static void free(Map<String, Verdict> all, String key, String value) {
    all.put(key, new Verdict("", value, Set.of()));
  }

  private static Architecture architecture(String lines) {
    return Architecture.of(TestConfig.load(lines).model());
  }

  private static List<String> named(List<Architecture.Difference> differences) {
    return differences.stream().map(Architecture.Difference::key).toList();
  }

  @Test
  void everyKeyOfTheModelHasAVerdict() {
    List<String> keys =
        ConfigReference.keys().stream()
            .filter(key -> key.section().equals("Model"))
            .map(ConfigKey::name)
            .toList();
    assertThat(VERDICTS.keySet()).containsExactlyInAnyOrderElementsOf(keys);
  }

  @TestFactory
  List<DynamicTest> aChangedKeyIsNamedWhenItChangesWhatWeightsMean() {
    return VERDICTS.entrySet().stream()
        .map(entry ->
            DynamicTest.dynamicTest(entry.getKey(), () -> check(entry.getKey(), entry.getValue())))
        .toList();
  }

  private static void check(String key, Verdict verdict) {
    Architecture before = architecture(verdict.before());
    Architecture after =
        Architecture.of(
            TestConfig.loaded(verdict.before(), Map.of(key, verdict.value())).config().model());
    assertThat(before.differences(before)).isEmpty();
    assertThat(new TreeSet<>(named(after.differences(before)))).isEqualTo(verdict.named());
    assertThat(new TreeSet<>(named(before.differences(after)))).isEqualTo(verdict.named());
  }

  @Test
  void twoKernelsOfOneFormulaAreTheSame() {
    Architecture flash = architecture("attention_config: [[[flash], 2]]\n");
    assertThat(flash.differences(architecture(""))).isEmpty();
  }

  /// One row of their matrices for each token of a sample.
  @Test
  void theLengthOfSamplesIsPartOfGmlpBlocks() {
    Architecture before = architecture("attention_config: [[[gmlp], 2]]\n");
    Architecture after = architecture("attention_config: [[[gmlp], 2]]\nseq_length: 8\n");
    assertThat(named(after.differences(before))).containsExactly("seq_length");
  }

  @Test
  void keysWithoutEffectOnTheNetworkAreNotCompared() {
    Architecture learned = architecture("rotary_pct: 1\nrms_norm_epsilon: 1\n");
    Architecture same = architecture("rotary_pct: 0.5\nrms_norm_epsilon: 2\n");
    assertThat(same.differences(learned)).isEmpty();
  }

  @Test
  void valuesOfPythonAreComparedByTheirMeaning() {
    Architecture own = architecture("pos_emb: rotary\nrotary_pct: 0.25\nactivation: geglu\n");
    assertThat(
            own.differences(
                Map.of(
                    "num_attention_heads",
                    4L,
                    "rotary_pct",
                    0.25,
                    "rotary_emb_base",
                    10000.0,
                    "pos_emb",
                    "rotary",
                    "activation",
                    "geglu",
                    "gpt_j_residual",
                    false,
                    "intermediate_size",
                    128L,
                    "hidden_size",
                    "a word",
                    "padded_vocab_size",
                    512L)))
        .isEmpty();
    assertThat(
            named(
                own.differences(
                    Map.of(
                        "num_attention_heads",
                        8L,
                        "rotary_pct",
                        1L,
                        "activation",
                        "gelu",
                        "gpt_j_residual",
                        true))))
        .containsExactly("num_attention_heads", "rotary_pct", "gpt_j_residual", "activation");
  }

  @Test
  void theErrorNamesKeysValuesFilesAndTheWayOut() {
    LoadedConfig configured =
        TestConfig.loaded("pos_emb: rotary\nrotary_pct: 0.5\n", Map.of("num_attention_heads", "2"));
    Architecture trained = architecture("pos_emb: rotary\nrotary_pct: 0.25\nnum_kv_heads: 1");
    assertThatThrownBy(
            () -> ArchitectureCheck.requireSame(configured, trained, key -> "saved.yml:7 " + key))
        .message()
        .satisfies(message ->
            assertThat(message.replaceAll("\\S*/c\\.yml", "c.yml"))
                .isEqualTo(
                    """
                    --set: num_attention_heads is 2, but the weights were trained with 4 \
                    (saved.yml:7 num_attention_heads)
                    configuration (derived): num_kv_heads is null, but the weights were trained with \
                    1 (saved.yml:7 num_kv_heads)
                    c.yml:2: rotary_pct is 0.5, but the weights were trained with 0.25 \
                    (saved.yml:7 rotary_pct); set it back, or give --override-architecture to \
                    compute with the new value\
                    """));
    ArchitectureCheck.requireSame(configured, ArchitectureCheck.architecture(configured), k -> "");
  }
}
