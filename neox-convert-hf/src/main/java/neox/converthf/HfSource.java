package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import neox.config.model.ModelConfig;
import neox.weights.hf.HfConfig;
import neox.weights.hf.HfModel;
import neox.weights.spec.NetworkSpec;

/// A model of transformers.
///
/// @param origin its directory
/// @param config its `config.json`
record HfSource(Path origin, HfConfig config) implements Source {
  static HfSource read(Path directory) throws IOException {
    HfModel.requireIn(directory);
    return new HfSource(directory, HfConfig.read(directory));
  }

  @Override
  public ModelConfig architecture() {
    return config.model();
  }

  @Override
  public SourceModel open() throws IOException {
    HfModel model = HfModel.open(origin);
    return new SourceModel(
        origin,
        model,
        NetworkSpec.of(model.config(), model.paddedVocab()),
        0,
        Optional.empty(),
        Map.of());
  }
}
