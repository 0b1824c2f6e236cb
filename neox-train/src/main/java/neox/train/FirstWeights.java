package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.Console;
import neox.config.LoadedConfig;
import neox.model.Network;
import neox.weights.TensorStore;
import neox.weights.hf.HfModel;
import neox.weights.neox.NeoxCheckpoint;

/// The weights that a run begins with at step 0: drawn from its seed, or another model's.
///
/// @param overridesArchitecture whether the configuration may describe another network than the one
///   that the other model's weights were trained as
record FirstWeights(LoadedConfig loaded, boolean overridesArchitecture, Console console) {

  void fill(Network network) throws IOException {
    Optional<Path> model = loaded.config().checkpoint().initFrom();
    if (model.isEmpty()) {
      network.initialize(loaded.config().data().seed());
      return;
    }
    try (TensorStore store = open(model.get())) {
      network.load(store);
    }
    console.info("begins with the weights of %s", model.get());
  }

  /// Opens a model: a checkpoint's directory or one that names the latest, or Hugging Face's.
  private TensorStore open(Path directory) throws IOException {
    if (HfModel.isIn(directory)) {
      return checked(HfModel.open(directory), store -> store.requireTrainedAs(loaded));
    }
    return checked(
        NeoxCheckpoint.open(directory, OptionalLong.empty(), loaded.config().model()),
        store -> store.requireTrainedAs(loaded));
  }

  private interface Check<S> {
    void of(S store) throws IOException;
  }

  private <S extends TensorStore> S checked(S store, Check<S> check) throws IOException {
    boolean fits = false;
    try {
      if (!overridesArchitecture) {
        check.of(store);
      }
      fits = true;
      return store;
    } finally {
      if (!fits) {
        store.close();
      }
    }
  }
}
