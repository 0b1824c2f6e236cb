package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.Console;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.config.TuningConfig;
import neox.config.model.HeadConfig.Output;
import neox.config.model.PromptConfig;
import neox.model.Network;
import neox.tokenizer.Tokenizer;
import neox.weights.TensorStore;
import neox.weights.hf.HfModel;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.spec.NetworkSpec;

/// The weights that a run begins with at step 0: drawn from its seed, or another model's.
record FirstWeights(Models models, Tokenizer tokenizer, Console console) {
  /// Where the run has nothing to continue.
  void fill(Network network) throws IOException {
    Optional<Path> model = config().checkpoint().initFrom();
    if (model.isEmpty()) {
      refuseTextWithoutWeights();
      network.initialize(config().data().seed());
      return;
    }
    if (config().tuning().lora().isPresent()) {
      requireFixed(model.get());
    }
    try (TensorStore store = models.open(model.get(), Optional.empty())) {
      take(network, store);
    }
    console.info("begins with the weights of %s", model.get());
  }

  /// Takes the weights of another model. A reward model begins with a language model's, and with a
  /// head that is drawn.
  void take(Network network, TensorStore store) {
    String head = network.spec().head().weight().key();
    if (config().model().head().output() == Output.REWARD && !store.names().contains(head)) {
      network.initialize(config().data().seed());
      String layer = network.spec().head().index() + ".";
      network.load(store, name -> !name.startsWith(layer));
      console.info("%s is drawn: the weights are a language model's", head);
      return;
    }
    Optional<PromptConfig> prompt = config().model().prompt();
    if (prompt.isPresent() && !store.names().contains(NetworkSpec.PROMPT_KEY)) {
      addPrompt(network, store, prompt.get().text());
      return;
    }
    if (config().tuning().lora().isPresent()) {
      network.initialize(config().data().seed());
      network.load(store, name -> !TuningConfig.isAdapter(name));
      return;
    }
    network.load(store);
  }

  private void addPrompt(Network network, TensorStore store, String text) {
    if (text.isEmpty()) {
      network.initialize(config().data().seed());
      network.loadAllButPrompt(store);
      console.info(
          "%s is drawn: the weights are those of a model without a soft prompt",
          NetworkSpec.PROMPT_KEY);
      return;
    }
    int[] tokens = tokenizer.encode(text);
    network.loadWithPrompt(store, tokens);
    console.info(
        "%s begins with the vectors of soft_prompt_tuning.init_string: %d tokens, %d rows",
        NetworkSpec.PROMPT_KEY, tokens.length, network.spec().config().promptTokens());
  }

  /// Vectors that are drawn themselves mean nothing.
  private void refuseTextWithoutWeights() {
    if (config().model().prompt().filter(prompt -> !prompt.text().isEmpty()).isPresent()) {
      throw UserException.of(
          "soft_prompt_tuning.init_string: takes the vectors of a trained embedding, but the run"
              + " begins without weights; expected init_from, or leave it out");
    }
  }

  /// Adapters are nothing without the very weights that they were trained with.
  private static void requireFixed(Path model) throws IOException {
    if (HfModel.isIn(model)) {
      return;
    }
    Path checkpoint = NeoxCheckpoint.resolve(model, OptionalLong.empty());
    if (!checkpoint.equals(model)) {
      throw UserException.of(
          "init_from: %s means its latest checkpoint, which may change, but adapters (lora.rank)"
              + " belong to one; expected %s",
          model, checkpoint);
    }
  }

  private NeoxConfig config() {
    return models.loaded().config();
  }
}
