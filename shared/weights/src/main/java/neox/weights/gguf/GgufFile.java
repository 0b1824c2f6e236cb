package neox.weights.gguf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.hf.Mapping.Sections;
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
  /// @param progress is told the number of bytes of each tensor written
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
    LastParameter last = new LastParameter(parameters);
    List<GgufTensor> tensors = new ArrayList<>();
    for (Mapping mapping : family.mappings(network)) {
      Supplier<TensorView> parameter = () -> last.view(mapping.neox().key());
      mapping
          .tensors()
          .forEach((hf, shape) -> {
            String name = ggufName(architecture, hf);
            LongUnaryOperator ordered = architecture.rows(name, config());
            LongUnaryOperator rows = compose(inNeox(mapping, hf), ordered);
            tensors.add(tensor(name, shape, parameter, rows));
          });
    }
    addZeros(architecture, tensors);
    if (rotary().scaling() instanceof RotaryScaling.Llama3 scaling) {
      TensorView factors = RopeFactors.of(rotary(), scaling, rotary().dims(config().headDim()));
      tensors.add(tensor(RopeFactors.NAME, factors.shape(), () -> factors, GgufTensor.AS_STORED));
    }
    if (config().head().tied() && architecture.repeatsTiedHead()) {
      GgufTensor table = tensors.getFirst();
      tensors.add(tensor("output.weight", table.shape(), table.parameter(), GgufTensor.AS_STORED));
    }
    return tensors;
  }

  private void addZeros(GgufArchitecture architecture, List<GgufTensor> tensors) {
    new TreeMap<>(architecture.zeros(config()))
        .forEach((part, size) -> {
          Shape shape = Shape.of(size);
          for (int block = 0; block < config().layers(); block++) {
            tensors.add(
                tensor(
                    "blk." + block + "." + part,
                    shape,
                    () ->
                        new TensorView(
                            DType.FLOAT32, shape, Floats.allocate(DType.FLOAT32, shape.count())),
                    GgufTensor.AS_STORED));
          }
        });
  }

  private GgufTensor tensor(
      String name, Shape shape, Supplier<TensorView> parameter, LongUnaryOperator rows) {
    return new GgufTensor(name, shape, outType.of(name, shape), parameter, rows);
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

  /// Row of a tensor of transformers → its row in NeoX's parameter.
  private static LongUnaryOperator inNeox(Mapping mapping, String hf) {
    return switch (mapping) {
      case Mapping.Copy _ -> GgufTensor.AS_STORED;
      case Sections sections -> {
        long before = 0;
        for (Sections.Section section : sections.sections()) {
          long each = section.rows() / sections.groups();
          if (section.name().equals(hf)) {
            long group = sections.neox().shape().size(0) / sections.groups();
            long start = before;
            yield row -> row / each * group + start + row % each;
          }
          before += each;
        }
        throw new IllegalArgumentException(hf + " is no part of " + sections.neox().key());
      }
    };
  }

  private static LongUnaryOperator compose(LongUnaryOperator inNeox, LongUnaryOperator ordered) {
    if (inNeox == GgufTensor.AS_STORED) {
      return ordered;
    }
    return ordered == GgufTensor.AS_STORED ? inNeox : inNeox.compose(ordered);
  }
}
