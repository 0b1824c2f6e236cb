package neox.converthf.fromhf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.Precision;
import neox.config.TokenizerConfig;
import neox.config.model.Dims;
import neox.config.model.ModelConfig;
import neox.config.model.ModelKeys;
import neox.converthf.fromhf.NeoxYaml.Part;

/// The configuration of a run that goes on training a model from elsewhere, as a file that GPT-NeoX
/// and neox-train read.
///
/// @param model the network, with the unit of its vocabulary's padding
/// @param origin the file that describes it there
/// @param options for how many ranks
/// @param checkpoint where the weights will be
/// @param tokenizer where its files will be
/// @param precision that of the weights
record RunConfiguration(
    ModelConfig model,
    Path origin,
    FromHfOptions options,
    Path checkpoint,
    TokenizerConfig tokenizer,
    Precision precision) {
  /// A model that reads long texts need not be trained on such.
  private static final int LONGEST_SAMPLE = 4096;

  /// The file, with parts of one's own.
  ///
  /// @param title its first line
  NeoxYaml yaml(String title, Part... more) {
    List<Part> parts = new ArrayList<>();
    parts.add(new Part(title, Map.of()));
    parts.add(new Part("The network.", ModelKeys.of(trained())));
    parts.add(new Part("For so many ranks the files are laid out.", ranks()));
    parts.add(new Part("The tokenizer that the vocabulary belongs to.", tokenizerKeys()));
    parts.addAll(List.of(more));
    parts.add(
        new Part(
            "Training: cautious values, to be replaced. What to train on (data_path) is still to be"
                + " said.",
            TrainingKeys.of(precision)));
    return new NeoxYaml(parts);
  }

  /// What the file is called.
  String file() {
    return file(checkpoint);
  }

  /// What the file of a checkpoint of this name is called.
  static String file(Path checkpoint) {
    return checkpoint.toAbsolutePath().normalize().getFileName() + ".yml";
  }

  private ModelConfig trained() {
    Dims dims = model.dims();
    int sample = Math.min(LONGEST_SAMPLE, dims.maxPositions());
    return model.withDims(
        new Dims(
            dims.hiddenSize(),
            dims.heads(),
            dims.kvHeads(),
            sample,
            dims.maxPositions(),
            dims.vocabDivisor()));
  }

  /// The weights alone are taken, and training begins at step 0.
  Part loading() {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("load", checkpoint);
    keys.put("finetune", true);
    return new Part(
        "Begins at step 0 with the weights. Where to save is still to be said (save); a run that\n"
            + "goes on loads from there, without finetune.",
        keys);
  }

  /// The checkpoint is one of the run itself, which goes on with it.
  Part continuing() {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("load", checkpoint);
    keys.put("save", checkpoint);
    return new Part("Begins with the adapters, and goes on where it stood.", keys);
  }

  private Map<String, Object> ranks() {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("pipe_parallel_size", options.pipeParallelSize());
    keys.put("model_parallel_size", options.tensorRanks());
    return keys;
  }

  private Map<String, Object> tokenizerKeys() {
    Map<String, Object> keys = new LinkedHashMap<>();
    keys.put("tokenizer_type", tokenizer.type());
    tokenizer.vocabFile().ifPresent(file -> keys.put("vocab_file", file));
    tokenizer.mergeFile().ifPresent(file -> keys.put("merge_file", file));
    return keys;
  }

  /// What the file says, checked as a whole; [UserException] with a line for each value that NeoX
  /// cannot have, which names where it is from.
  NeoxConfig read(NeoxYaml yaml) throws IOException {
    Map<String, String> origins = new HashMap<>();
    ModelKeys.of(trained()).keySet().forEach(key -> origins.put(key, origin.toString()));
    origins.put("model_parallel_size", "--tp");
    origins.put("pipe_parallel_size", "--pp");
    ConfigSource source = new ConfigSource(Optional.empty(), List.of(), yaml.values(), origins);
    return ConfigLoader.load(source);
  }
}
