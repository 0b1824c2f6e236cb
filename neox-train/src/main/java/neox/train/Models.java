package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.LoadedConfig;
import neox.weights.TensorStore;
import neox.weights.hf.HfModel;
import neox.weights.neox.NeoxCheckpoint;

/// Opens models that a run uses and does not continue.
///
/// @param overridesArchitecture whether the configuration may describe another network than the one
///   that their weights were trained as
record Models(LoadedConfig loaded, boolean overridesArchitecture) {
  /// A checkpoint's directory, or one that names the latest, or a Hugging Face directory.
  TensorStore open(Path directory, Optional<Long> iteration) throws IOException {
    if (HfModel.isIn(directory)) {
      if (iteration.isPresent()) {
        throw new UserException(
            directory + ": a Hugging Face directory has no iterations; leave iteration out");
      }
      return checked(HfModel.open(directory), store -> store.requireTrainedAs(loaded));
    }
    OptionalLong step = iteration.map(OptionalLong::of).orElseGet(OptionalLong::empty);
    return checked(
        NeoxCheckpoint.open(directory, step, loaded.config().model()),
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
