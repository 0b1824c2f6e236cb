package neox.converthf;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import neox.base.Version;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.model.Architecture;
import neox.config.model.ModelConfig;
import neox.config.table.YamlWriter;
import neox.weights.DType;
import neox.weights.hf.HfFamily;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.spec.NetworkSpec;

/// The `README.md` of a converted model: what a hub shows of it. It says what configuration and
/// checkpoint say; licence, data and purpose are for the owner to add.
///
/// @param name of the model's directory
/// @param dtype of its weights
record ModelCard(
    String name,
    HfFamily family,
    NetworkSpec network,
    DType dtype,
    LoadedConfig loaded,
    NeoxCheckpoint checkpoint) {
  static final String FILE = "README.md";

  /// Keys of the configuration that describe a run, where they are written.
  private Map<String, Object> training() {
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
    facts.put("parameters", String.format(Locale.ROOT, "%,d", network.parameterCount()));
    facts.put("type of the weights", dtype.name().toLowerCase(Locale.ROOT));
    facts.put("vocabulary, padded", network.paddedVocab());
    facts.put("longest text", model().longest());
    facts.putAll(Architecture.of(model()).facts());
    table(text, facts);
    text.append("\n## Training\n\n");
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("steps", checkpoint.iteration());
    samples()
        .ifPresent(samples -> {
          run.put("samples", samples);
          run.put("tokens", Math.multiplyExact(samples, (long) model().seqLength()));
        });
    run.put("seq_length", model().seqLength());
    run.putAll(training());
    table(text, run);
    return text.append("\n## Use\n\n").append(use()).toString();
  }

  private ModelConfig model() {
    return network.config();
  }

  private static String head() {
    return """
    ---
    # license: choose one, such as apache-2.0
    library_name: transformers
    pipeline_tag: text-generation
    tags:
    - gpt-neox
    ---

    """;
  }

  private String introduction() {
    return """
    A language model trained with GPT-NeoX or neox, as a `%s` of
    [transformers](https://github.com/huggingface/transformers). Converted by neox-convert-hf %s.

    <!-- To be added by its owner: license, data, purpose, limits. -->
    """
        .formatted(family.architecture(), Version.string());
  }

  /// The samples of training that DeepSpeed counts, where the checkpoint says so.
  private OptionalLong samples() {
    return checkpoint.clientState().get("global_samples") instanceof Long samples
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
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained("%1$s")
    tokenizer = AutoTokenizer.from_pretrained("%1$s")
    ```

    or `neox-generate --model %1$s`.
    """
        .formatted(name);
  }
}
