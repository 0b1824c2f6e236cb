package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.Progress;
import neox.base.UserException;
import neox.base.json.Json;
import neox.base.progress.ProgressUnit;
import neox.config.model.HeadConfig.Output;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.NamedTensor;
import neox.weights.TensorStore;
import neox.weights.hf.HfConfig;
import neox.weights.hf.HfConfig.SpecialTokens;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.safetensors.SafetensorsWriter;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;

/// One checkpoint on its way to weights and configuration of a Hugging Face model.
///
/// Tensors are joined, cut and converted as they pass through, in memory that does not depend on
/// their sizes.
final class Conversion {
  private final SourceModel source;
  private final TensorStore weights;
  private final NetworkSpec network;
  private final HfFamily family;
  private final DType dtype;
  private final long maxShardBytes;

  Conversion(SourceModel source, HfFamily family, DType dtype, long maxShardBytes) {
    this.source = source;
    this.weights = source.weights();
    this.network = source.plain();
    this.family = family;
    this.dtype = dtype;
    this.maxShardBytes = maxShardBytes;
  }

  /// Writes `model*.safetensors`, `config.json` and, for what generates, `generation_config.json`.
  void write(Path directory, SpecialTokens tokens, Console console) throws IOException {
    writeWeights(directory, console);
    HfConfig config = new HfConfig(family, network.config(), network.paddedVocab());
    NamedFiles.writeString(
        directory.resolve("config.json"), Json.pretty(config.toJson(dtype, tokens)));
    if (network.config().head().output() == Output.REWARD) {
      return;
    }
    Map<String, Object> generation = new LinkedHashMap<>();
    generation.put("_from_model_config", true);
    generation.putAll(HfConfig.toJson(tokens));
    if (tokens.stops().size() > 1) {
      generation.put("eos_token_id", tokens.stops());
    }
    NamedFiles.writeString(directory.resolve("generation_config.json"), Json.pretty(generation));
  }

  /// What was made, in a few words.
  String summary() {
    return String.format(
        Locale.ROOT,
        "%s with %,d parameters in %s, from iteration %d",
        family.architecture(network.config()),
        network.parameterCount(),
        dtype.name().toLowerCase(Locale.ROOT),
        source.iteration());
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
    try (Progress progress = new Progress(console, "converting", total, ProgressUnit.BYTES)) {
      SafetensorsWriter.writeDirectory(
          directory,
          tensors,
          maxShardBytes,
          bytes -> {
            done.add(bytes);
            progress.update(done.sum(), "");
          });
    }
  }

  private LazyTensor converted(Mapping mapping, String name) {
    ParameterSpec spec = mapping.neox();
    LazyTensor stored = mapping.toHf(name, weights.tensor(spec.key()));
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
}
