package neox.converthf.fromhf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.LoadedConfig;
import neox.config.TokenizerConfig;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.hf.HfFamily;
import neox.weights.hf.HfModel;
import neox.weights.neox.NeoxCheckpoint;

/// The model that adapters adapt.
sealed interface AdaptedBase extends AutoCloseable {
  /// One of transformers.
  record HuggingFace(Path directory, HfModel model) implements AdaptedBase {
    @Override
    public ModelConfig config() {
      return model.config();
    }

    @Override
    public HfFamily family() {
      return model.family();
    }

    @Override
    public int rows() {
      return model.paddedVocab();
    }

    @Override
    public DType dtype() {
      return model.dtype(NeoxNetwork.EMBEDDING);
    }

    @Override
    public Path origin() {
      return directory.resolve("config.json");
    }

    @Override
    public NeoxTokenizer tokenizer(Optional<TokenizerConfig> named) {
      return NeoxTokenizer.find(directory, named);
    }

    @Override
    public void close() throws IOException {
      model.close();
    }
  }

  /// A checkpoint of NeoX.
  record Neox(NeoxCheckpoint checkpoint, LoadedConfig loaded, HfFamily family)
      implements AdaptedBase {
    @Override
    public Path directory() {
      return checkpoint.directory();
    }

    @Override
    public ModelConfig config() {
      return checkpoint.config();
    }

    @Override
    public int rows() {
      return checkpoint.paddedVocab();
    }

    @Override
    public DType dtype() {
      return checkpoint.dtype(NeoxNetwork.EMBEDDING);
    }

    @Override
    public Path origin() {
      return checkpoint.configs();
    }

    @Override
    public NeoxTokenizer tokenizer(Optional<TokenizerConfig> named) {
      return NeoxTokenizer.find(
          directory(), Optional.of(named.orElseGet(() -> loaded.config().tokenizer())));
    }

    @Override
    public void close() {
      checkpoint.close();
    }
  }

  /// Opens a Hugging Face directory, a checkpoint, or the latest in a directory.
  static AdaptedBase open(Path directory) throws IOException {
    if (HfModel.isIn(directory)) {
      return new HuggingFace(directory, HfModel.open(directory));
    }
    Path checkpoint = NeoxCheckpoint.resolve(directory, OptionalLong.empty());
    Path configs = NeoxCheckpoint.configs(checkpoint);
    if (!Files.isDirectory(configs)) {
      throw UserException.of(
          "%s: no configs directory in it, so what adapters adapt is not known", checkpoint);
    }
    LoadedConfig loaded = ConfigLoader.readCheckpoint(configs);
    ModelConfig model = loaded.config().model();
    HfFamily family = HfFamily.of(model);
    if (!family.obstacles(model).isEmpty()) {
      throw UserException.of(
          "%s: PEFT adapts models of transformers, which cannot express this one: %s",
          checkpoint, String.join("; ", family.obstacles(model)));
    }
    return new Neox(
        NeoxCheckpoint.open(checkpoint, OptionalLong.empty(), loaded.config().model()),
        loaded,
        family);
  }

  /// Where it lies.
  Path directory();

  ModelConfig config();

  HfFamily family();

  /// Rows of the embedding.
  int rows();

  /// Of the embedding.
  DType dtype();

  /// What describes it.
  Path origin();

  /// Its tokenizer, if no other is named.
  NeoxTokenizer tokenizer(Optional<TokenizerConfig> named);

  @Override
  void close() throws IOException;
}
