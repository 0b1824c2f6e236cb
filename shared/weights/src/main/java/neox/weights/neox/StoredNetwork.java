package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import neox.base.UserException;
import neox.config.model.HeadConfig;
import neox.config.model.ModelConfig;
import neox.weights.neox.RankTensors.Stored;
import neox.weights.spec.NetworkSpec;

/// What the files of a checkpoint say about its network, which a configuration may describe with
/// more parts or other sizes.
record StoredNetwork(Path directory, CheckpointFiles files) {
  /// The network that is stored: where a reward model is to begin with a language model's weights,
  /// it is that.
  ModelConfig of(ModelConfig configured) {
    ModelConfig wanted =
        configured.prompt().isEmpty() || has(NetworkSpec.PROMPT_KEY)
            ? configured
            : configured.withPrompt(Optional.empty());
    int head = wanted.layers() + 4 + (wanted.prompt().isPresent() ? 1 : 0);
    boolean reward = wanted.head().output() == HeadConfig.Output.REWARD;
    if (!reward || has(head + ".rm_linear.weight")) {
      return wanted;
    }
    return wanted.withHead(new HeadConfig(!has(head + ".final_linear.weight")));
  }

  /// [UserException] where joined weights would not compute what they were trained to.
  void requireOneFormula(ModelConfig model) {
    if (ranks().size() > 1 && model.normsHeadsTogether()) {
      throw UserException.of(
          "%s: use_qk_layernorm with norm %s was trained on %d tensor-parallel ranks, each of which"
              + " normed its own heads together; joined, the weights would compute something else",
          directory, model.norm().name().toString().toLowerCase(Locale.ROOT), ranks().size());
    }
  }

  /// Rows of the embedding, all ranks' together.
  int embeddingRows() throws IOException {
    new CompletenessCheck(directory, files).requireLayer(NetworkSpec.EMBEDDING);
    String key = NetworkSpec.EMBEDDING + ".word_embeddings.weight";
    long rows = 0;
    for (RankTensors rank : ranks()) {
      Stored stored = rank.find(key).orElseThrow(() -> ParameterCheck.missing(directory, key));
      if (stored.shape().rank() == 0) {
        throw UserException.of("%s: %s is one number, no table", stored.file(), stored.key());
      }
      rows = Math.addExact(rows, stored.shape().size(0));
    }
    if (rows > Integer.MAX_VALUE) {
      throw UserException.of("%s: %s has %d rows, too many", directory, key, rows);
    }
    return (int) rows;
  }

  /// Refuses a configuration that describes parts which only training would add.
  ///
  /// @param model the network that is stored
  void requireAllOf(ModelConfig model, ModelConfig configured) {
    if (configured.prompt().isPresent() && model.prompt().isEmpty()) {
      throw UserException.of(
          "%s: has no soft prompt, but soft_prompt_tuning.enabled asks for one; expected a"
              + " checkpoint of neox-train with it, or set soft_prompt_tuning.enabled to false",
          directory);
    }
    if (configured.head().output() != model.head().output()) {
      throw UserException.of(
          "%s: holds a language model, but train_impl asks for a reward model; expected a checkpoint"
              + " of neox-train with train_impl rm",
          directory);
    }
  }

  /// [UserException] where parameters were put together or put in another order when they were
  /// read, so that the optimizer of their time knew others.
  void requireStoredAsNamed(OptimizerPart optimizer) {
    RankTensors first = ranks().getFirst();
    for (String key : first.keys()) {
      String stored = first.find(key).orElseThrow().key();
      if (stored.endsWith("mlp.w1.weight")) {
        throw optimizer.refuse("is that of LLaMA blocks of 2023 (%s), which is not read", stored);
      }
      if (stored.endsWith("mlp.fc1_weight") || stored.endsWith("attention.qkv.weight")) {
        throw optimizer.refuse(
            "is that of modules of TransformerEngine (%s), which is not read", stored);
      }
    }
  }

  private List<RankTensors> ranks() {
    return files.ranks();
  }

  private boolean has(String key) {
    return !ranks().isEmpty() && ranks().getFirst().find(key).isPresent();
  }
}
