package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.Console;
import neox.config.NeoxConfig;
import neox.config.model.HeadConfig.Output;
import neox.model.Network;
import neox.weights.TensorStore;
import neox.weights.spec.NetworkSpec;

/// The weights that a run begins with at step 0: drawn from its seed, or another model's.
record FirstWeights(Models models, Console console) {
  private static final String PROMPT = NetworkSpec.PROMPT + ".soft_embedding_weight";

  /// Where the run has nothing to continue.
  void fill(Network network) throws IOException {
    Optional<Path> model = config().checkpoint().initFrom();
    if (model.isEmpty()) {
      network.initialize(config().data().seed());
      return;
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
      network.loadAllButHead(store);
      console.info("%s is drawn: the weights are a language model's", head);
      return;
    }
    if (config().model().prompt().isPresent() && !store.names().contains(PROMPT)) {
      network.initialize(config().data().seed());
      network.loadAllButPrompt(store);
      console.info("%s is drawn: the weights are those of a model without a soft prompt", PROMPT);
      return;
    }
    network.load(store);
  }

  private NeoxConfig config() {
    return models.loaded().config();
  }
}
