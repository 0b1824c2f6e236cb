package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.Progress;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.LoadedConfig;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.NamedTensor;
import neox.weights.hf.HfConfig;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.neox.MergedModel;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.safetensors.SafetensorsWriter;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// One checkpoint on its way to weights and configuration of a Hugging Face model.
///
/// Tensors are joined, cut and converted as they pass through, in memory that does not depend on
/// their sizes.
final class Conversion {
  private final MergedModel model;
  private final NeoxCheckpoint checkpoint;
  private final HfTokenizer tokenizer;
  private final DType dtype;
  private final long maxShardBytes;
  private final HfFamily family;
  private final NetworkSpec network;

  Conversion(
      MergedModel model,
      HfFamily family,
      HfTokenizer tokenizer,
      OutputPrecision precision,
      long maxShardBytes) {
    this.model = model;
    this.checkpoint = model.checkpoint();
    this.tokenizer = tokenizer;
    this.maxShardBytes = maxShardBytes;
    this.family = family;
    this.network = NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab());
    this.dtype =
        switch (precision) {
          case AUTO -> storedType();
          case FP16 -> DType.FLOAT16;
          case BF16 -> DType.BFLOAT16;
          case FP32 -> DType.FLOAT32;
        };
    tokenizer.requireFits(checkpoint.paddedVocab());
  }

  /// Writes `model*.safetensors`, `config.json`, `generation_config.json` and `README.md`.
  ///
  /// @param name what the model is called
  /// @param loaded the configuration of its run
  void write(Path directory, String name, LoadedConfig loaded, Console console) throws IOException {
    writeWeights(directory, console);
    ModelCard card = new ModelCard(name, family, network, dtype, loaded, checkpoint);
    AtomicFile.write(directory.resolve(ModelCard.FILE), card.markdown());
    ModelConfig model = checkpoint.config();
    HfConfig config = new HfConfig(family, model, checkpoint.paddedVocab());
    NamedFiles.writeString(
        directory.resolve("config.json"), Json.pretty(config.toJson(dtype, tokenizer.special())));
    Map<String, Object> generation = new LinkedHashMap<>();
    generation.put("_from_model_config", true);
    generation.putAll(HfConfig.toJson(tokenizer.special()));
    NamedFiles.writeString(directory.resolve("generation_config.json"), Json.pretty(generation));
  }

  /// What was made, in a few words.
  String summary() {
    return String.format(
        Locale.ROOT,
        "%s with %,d parameters in %s, from iteration %d",
        family.architecture(),
        network.parameterCount(),
        dtype.name().toLowerCase(Locale.ROOT),
        checkpoint.iteration());
  }

  private void writeWeights(Path directory, Console console) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    for (Mapping mapping : family.mappings(network)) {
      mapping
          .tensors()
          .keySet()
          .forEach(name -> tensors.add(new NamedTensor(name, converted(mapping, name))));
    }
    long total = tensors.stream().mapToLong(NamedTensor::byteSize).sum();
    LongAdder done = new LongAdder();
    try (Progress progress = new Progress(console, "converting", total)) {
      SafetensorsWriter.writeDirectory(
          directory,
          tensors,
          maxShardBytes,
          bytes -> {
            done.add(bytes);
            progress.update(done.sum(), done.sum() / 1_000_000 + " MB");
          });
    }
  }

  private LazyTensor converted(Mapping mapping, String name) {
    ParameterSpec spec = mapping.neox();
    LazyTensor stored = mapping.toHf(name, model.tensor(spec.key()));
    return stored.to(dtype, value -> refuse(spec, value));
  }

  private void refuse(ParameterSpec spec, double value) {
    if (dtype == DType.FLOAT16) {
      throw new UserException(
          spec.key()
              + " holds "
              + value
              + ", too large for fp16 (65504); use --precision bf16 or fp32");
    }
  }

  private DType storedType() {
    List<ParameterSpec> table = network.parameters();
    DType first = checkpoint.dtype(table.getFirst().key());
    for (ParameterSpec spec : table) {
      DType other = checkpoint.dtype(spec.key());
      if (other != first) {
        throw new UserException(
            checkpoint.directory()
                + ": "
                + table.getFirst().key()
                + " is "
                + first
                + " but "
                + spec.key()
                + " is "
                + other
                + "; choose with --precision");
      }
    }
    return first;
  }
}
