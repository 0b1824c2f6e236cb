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
import neox.weights.Floats;
import neox.weights.NamedTensor;
import neox.weights.TensorView;
import neox.weights.hf.HfConfig;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.neox.MergedModel;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.safetensors.SafetensorsWriter;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import org.jspecify.annotations.Nullable;

/// One checkpoint on its way to weights and configuration of a Hugging Face model.
///
/// Tensors are joined, cut, converted and written one at a time: the peak of memory is one
/// parameter and one tensor.
final class Conversion {
  private final MergedModel model;
  private final NeoxCheckpoint checkpoint;
  private final HfTokenizer tokenizer;
  private final DType dtype;
  private final long maxShardBytes;
  private final HfFamily family;
  private final NetworkSpec network;

  /// The parameter that was read last, which may be cut into several tensors.
  private Map.@Nullable Entry<String, TensorView> last;

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
          .forEach((name, shape) ->
              tensors.add(new NamedTensor(name, dtype, shape, () -> converted(mapping, name))));
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

  private TensorView converted(Mapping mapping, String name) {
    TensorView stored = mapping.toHf(name, parameter(mapping.neox().key()));
    TensorView result = Floats.convert(stored, dtype);
    if (dtype == DType.FLOAT16 && stored.dtype() != dtype) {
      requireInRange(mapping.neox(), stored, result);
    }
    return result;
  }

  private TensorView parameter(String key) {
    Map.Entry<String, TensorView> read = last;
    if (read == null || !read.getKey().equals(key)) {
      read = Map.entry(key, model.view(key));
      last = read;
    }
    return read.getValue();
  }

  private static void requireInRange(ParameterSpec spec, TensorView stored, TensorView result) {
    long count = stored.shape().count();
    for (long i = 0; i < count; i++) {
      if (Double.isInfinite(Floats.get(result, i)) && Double.isFinite(Floats.get(stored, i))) {
        throw new UserException(
            spec.key()
                + " holds "
                + Floats.get(stored, i)
                + ", too large for fp16 (65504); use --precision bf16 or fp32");
      }
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
