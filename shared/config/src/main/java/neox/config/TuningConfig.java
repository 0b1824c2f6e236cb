package neox.config;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;

/// Which parameters training changes, where that is not all of them.
///
/// @param frozen globs of the names of parameters that stay as they are (`freeze_params`, as
///   OLMo-core calls it)
/// @param biasesOnly of each block, the biases of three projections are trained and nothing else
///   (`train_biases_only`): BitFit (arXiv:2106.10199) as labml's annotated GPT-NeoX has it
/// @param lora adapters, which are trained instead
public record TuningConfig(List<String> frozen, boolean biasesOnly, Optional<LoraConfig> lora) {
  /// Everything is trained.
  public static final TuningConfig ALL = new TuningConfig(List.of(), false, Optional.empty());

  /// That of the MLP's second projection is left out: it is added to the same sum as the
  /// attention's.
  private static final List<String> BIASES =
      List.of("attention.query_key_value.bias", "attention.dense.bias", "mlp.linear1.bias");

  public TuningConfig {
    frozen = List.copyOf(frozen);
  }

  static TuningConfig from(ConfigTable t) {
    t.section("Tuning");
    TuningConfig config =
        new TuningConfig(
            t.list(
                FREEZE,
                ConfigType.text(),
                "parameters that are not trained, by globs of their names, such as"
                    + " 0.word_embeddings.* or *.mlp.*"),
            t.flag(
                BIASES_ONLY,
                false,
                "train the biases of attention.query_key_value, attention.dense and mlp.linear1"
                    + " alone"),
            LoraConfig.from(t));
    t.check(
        config.lora().isEmpty() || (config.frozen().isEmpty() && !config.biasesOnly()),
        List.of(LoraConfig.RANK, FREEZE, BIASES_ONLY),
        "contradicts freeze_params and train_biases_only: with adapters everything else is frozen;"
            + " leave them out");
    for (String glob : config.frozen()) {
      t.check(
          isGlob(glob),
          List.of(FREEZE),
          "expected names in which * stands for any characters, ? for one, [ab] for one of"
              + " several, found %s",
          glob);
    }
    return config;
  }

  private static boolean isGlob(String glob) {
    try {
      matches(glob, "");
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  /// Whether a glob of `freeze_params` means the parameter of that name.
  ///
  /// @param name NeoX's, with the layer's index: `2.attention.dense.bias`
  public static boolean matches(String glob, String name) {
    return FileSystems.getDefault().getPathMatcher("glob:" + glob).matches(Path.of(name));
  }

  /// Whether training changes the parameter of that name.
  public boolean trains(String name) {
    if (lora.isPresent()) {
      return isAdapter(name);
    }
    return (!biasesOnly || BIASES.stream().anyMatch(bias -> name.endsWith("." + bias)))
        && frozen.stream().noneMatch(glob -> matches(glob, name));
  }

  /// Whether the parameter of that name is a part of an adapter.
  public static boolean isAdapter(String name) {
    return name.endsWith(LORA_A) || name.endsWith(LORA_B);
  }

  /// What an adapter's first matrix is called after its projection, as in PEFT.
  public static final String LORA_A = ".lora_A.weight";

  /// What its second matrix is called.
  public static final String LORA_B = ".lora_B.weight";

  /// The key of [#frozen].
  public static final String FREEZE = "freeze_params";

  /// The key of [#biasesOnly].
  public static final String BIASES_ONLY = "train_biases_only";
}
