package neox.converthf;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import neox.base.Version;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.model.Architecture;
import neox.config.model.HeadConfig.Output;
import neox.config.model.ModelConfig;
import neox.config.table.YamlWriter;
import neox.weights.DType;
import neox.weights.hf.HfFamily;

/// The `README.md` of a converted model: what a hub shows of it. It says what configuration and
/// checkpoint say; licence, data and purpose are for the owner to add.
///
/// @param name of the model's directory
/// @param dtype of its weights
/// @param source what was converted
record ModelCard(String name, HfFamily family, DType dtype, SourceModel source) {
  static final String FILE = "README.md";

  /// Keys of the configuration that describe a run, where they are written.
  private static Map<String, Object> training(LoadedConfig loaded) {
    NeoxConfig config = loaded.config();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("optimizer.type", config.optimizer().rule().getClass().getSimpleName());
    facts.put("optimizer.params.lr", config.optimizer().learningRate());
    facts.put("lr_decay_style", config.schedule().decayStyle());
    facts.put("gradient_clipping", config.optimizer().gradientClipping());
    facts.put("precision", config.precision());
    facts.put("seed", config.data().seed());
    facts.keySet().removeIf(key -> !loaded.isWritten(key));
    return facts;
  }

  String markdown() {
    StringBuilder text = new StringBuilder(head());
    text.append("# ").append(name).append("\n\n");
    text.append(introduction());
    text.append("\n## Architecture\n\n");
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("parameters", String.format(Locale.ROOT, "%,d", source.plain().parameterCount()));
    facts.put("type of the weights", dtype.name().toLowerCase(Locale.ROOT));
    facts.put("vocabulary, padded", source.network().paddedVocab());
    facts.put("longest text", model().longest());
    facts.putAll(Architecture.of(model()).facts());
    table(text, facts);
    text.append("\n## Training\n\n");
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("steps", source.iteration());
    samples()
        .ifPresent(samples -> {
          run.put("samples", samples);
          run.put("tokens", Math.multiplyExact(samples, (long) model().seqLength()));
        });
    run.put("seq_length", model().seqLength());
    source.config().ifPresent(loaded -> run.putAll(training(loaded)));
    table(text, run);
    return text.append("\n## Use\n\n").append(use()).toString();
  }

  private ModelConfig model() {
    return source.network().config();
  }

  private boolean isReward() {
    return model().head().output() == Output.REWARD;
  }

  private String head() {
    return """
    ---
    # license: choose one, such as apache-2.0
    library_name: transformers
    pipeline_tag: %s
    tags:
    - gpt-neox
    ---

    """
        .formatted(isReward() ? "text-classification" : "text-generation");
  }

  private String introduction() {
    return """
    A %s model trained with GPT-NeoX or neox, as a `%s` of
    [transformers](https://github.com/huggingface/transformers). Converted by neox-convert-hf %s.

    <!-- To be added by its owner: license, data, purpose, limits. -->
    """
        .formatted(
            isReward() ? "reward" : "language", family.architecture(model()), Version.string());
  }

  /// The samples of training that DeepSpeed counts, where the checkpoint says so.
  private OptionalLong samples() {
    return source.state().get("global_samples") instanceof Long samples
            && samples > 0
            && samples < Long.MAX_VALUE / model().seqLength()
        ? OptionalLong.of(samples)
        : OptionalLong.empty();
  }

  private static void table(StringBuilder text, Map<String, Object> facts) {
    text.append("| | |\n|---|---|\n");
    facts.forEach((key, value) -> {
      String shown = value instanceof String plain ? plain : YamlWriter.inline(value);
      text.append("| ").append(key).append(" | ").append(shown).append(" |\n");
    });
  }

  private String use() {
    return """
    ```python
    from transformers import %2$s, AutoTokenizer

    model = %2$s.from_pretrained("%1$s")
    tokenizer = AutoTokenizer.from_pretrained("%1$s")
    ```
    %3$s\
    """
        .formatted(
            name,
            isReward() ? "AutoModelForSequenceClassification" : "AutoModelForCausalLM",
            isReward() ? "" : "\nor `neox-generate --model %s`.\n".formatted(name));
  }
}
