package neox.weights.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.Zeros;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.spec.NetworkSpec;

/// A model as one GGUF file.
///
/// @param name what the model is called
/// @param family of transformers that it is told as; it has no obstacles there, nor [#obstacles]
///   here
/// @param parameters under NeoX's names
/// @param outType of its matrices
public record GgufFile(
    String name,
    HfFamily family,
    NetworkSpec network,
    TensorStore parameters,
    GgufVocabulary vocabulary,
    OutType outType) {
  /// The version of ggml's quantized blocks.
  private static final int QUANTIZATION_VERSION = 2;

  private static final Pattern BLOCK = Pattern.compile("\\.layers\\.(\\d+)\\.");

  /// What llama.cpp cannot express of a network that `family` can.
  public static List<String> obstacles(HfFamily family, ModelConfig model) {
    return architecture(family).obstacles(model);
  }

  private static GgufArchitecture architecture(HfFamily family) {
    return family.modelType().equals("gpt_neox")
        ? new GgufArchitecture.GptNeox()
        : new GgufArchitecture.Llama();
  }

  /// Writes it; `neox.base.UserException` when it holds numbers that `outType` cannot.
  ///
  /// @param progress is told how many bytes were written since the last time
  public void write(Path file, LongConsumer progress) throws IOException {
    List<GgufTensor> tensors = tensors();
    GgufWriter.write(file, metadata(tensors), tensors, progress);
  }

  /// What it is, in a few words.
  public String summary() {
    return String.format(
        Locale.ROOT,
        "%s with %,d parameters",
        architecture(family).name(),
        network.parameterCount());
  }

  /// Bytes of all tensors together.
  public long byteSize() {
    return tensors().stream().mapToLong(GgufTensor::byteSize).sum();
  }

  private GgufMetadata metadata(List<GgufTensor> tensors) {
    GgufArchitecture architecture = architecture(family);
    GgufMetadata metadata = new GgufMetadata();
    metadata.put("general.architecture", architecture.name());
    metadata.put("general.type", "model");
    metadata.put("general.name", name);
    metadata.put(
        "general.size_label",
        SizeLabel.of(tensors.stream().mapToLong(tensor -> tensor.shape().count()).sum()));
    architecture.describe(metadata, config());
    describeRotary(metadata, architecture.name() + ".");
    metadata.put(architecture.name() + ".vocab_size", network.paddedVocab());
    metadata.put("general.file_type", outType.fileType());
    metadata.put("general.quantization_version", QUANTIZATION_VERSION);
    VocabularyKeys.put(metadata, vocabulary, network.paddedVocab());
    return metadata;
  }

  private ModelConfig config() {
    return network.config();
  }

  private Positions.Rotary rotary() {
    if (config().positions() instanceof Positions.Rotary rotary) {
      return rotary;
    }
    throw new IllegalStateException("not rotary: " + config().positions());
  }

  private void describeRotary(GgufMetadata metadata, String prefix) {
    Positions.Rotary rotary = rotary();
    metadata.put(prefix + "rope.dimension_count", rotary.dims(config().headDim()));
    metadata.put(prefix + "rope.freq_base", (double) rotary.base());
    switch (rotary.scaling()) {
      case RotaryScaling.None _, RotaryScaling.Llama3 _ -> {} // [RopeFactors] tell the latter
      case RotaryScaling.Linear(double factor) -> {
        metadata.put(prefix + "rope.scaling.type", "linear");
        metadata.put(prefix + "rope.scaling.factor", factor);
      }
      case RotaryScaling.Yarn yarn -> {
        metadata.put(prefix + "rope.scaling.type", "yarn");
        metadata.put(prefix + "rope.scaling.factor", yarn.factor());
        metadata.put(prefix + "rope.scaling.original_context_length", yarn.positions());
        // llama.cpp multiplies by the paper's attention factor, and by this.
        metadata.put(
            prefix + "rope.scaling.attn_factor",
            yarn.attentionFactor() / RotaryScaling.Yarn.attentionFactor(yarn.factor()));
        metadata.put(prefix + "rope.scaling.yarn_beta_fast", yarn.betaFast());
        metadata.put(prefix + "rope.scaling.yarn_beta_slow", yarn.betaSlow());
      }
    }
  }

  private List<GgufTensor> tensors() {
    GgufArchitecture architecture = architecture(family);
    List<GgufTensor> tensors = new ArrayList<>();
    for (Mapping mapping : family.mappings(network)) {
      LazyTensor parameter = parameters.tensor(mapping.neox().key());
      for (String hf : mapping.tensors().keySet()) {
        String name = ggufName(architecture, hf);
        LazyTensor numbers = architecture.ordered(name, mapping.toHf(hf, parameter), config());
        tensors.add(tensor(name, numbers));
      }
    }
    addZeros(architecture, tensors);
    if (rotary().scaling() instanceof RotaryScaling.Llama3 scaling) {
      TensorView factors = RopeFactors.of(rotary(), scaling, rotary().dims(config().headDim()));
      tensors.add(tensor(RopeFactors.NAME, LazyTensor.of(factors)));
    }
    if (config().head().tied() && architecture.repeatsTiedHead()) {
      String table = family.mappings(network).getFirst().neox().key();
      tensors.add(tensor("output.weight", parameters.tensor(table)));
    }
    return tensors;
  }

  private void addZeros(GgufArchitecture architecture, List<GgufTensor> tensors) {
    new TreeMap<>(architecture.zeros(config()))
        .forEach((part, size) -> {
          LazyTensor zeros =
              new LazyTensor(DType.FLOAT32, Shape.of(size), new Zeros((long) size * Float.BYTES));
          for (int block = 0; block < config().layers(); block++) {
            tensors.add(tensor("blk." + block + "." + part, zeros));
          }
        });
  }

  private GgufTensor tensor(String name, LazyTensor numbers) {
    return GgufTensor.of(name, numbers, outType.of(name, numbers.shape()));
  }

  private static String ggufName(GgufArchitecture architecture, String hf) {
    int dot = hf.lastIndexOf('.');
    String part = hf.substring(0, dot);
    Matcher block = BLOCK.matcher(part);
    String number = block.find() ? block.group(1) : "";
    String known = architecture.names().get(block.replaceFirst(".layers.N."));
    if (known == null) {
      throw new IllegalStateException("llama.cpp has no name for " + hf);
    }
    return known.replace(".N.", "." + number + ".") + hf.substring(dot);
  }
}
