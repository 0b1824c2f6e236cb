package neox.converthf.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import neox.base.json.Json;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.NamedTensor;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.pickle.TorchFileWriter;
import neox.weights.safetensors.SafetensorsDirectory;
import neox.weights.safetensors.SafetensorsWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceTest {
  /// Float32 against double precision, on logits of up to some tens.
  private static final double TOLERANCE = 1e-4;

  static final Path GOLDEN = Path.of("src", "test", "resources", "golden", "transformers");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "neox_parallel",
        "neox_sequential_tied_yarn",
        "neox_linear",
        "llama_grouped_biases",
        "llama_tied_yarn",
        "llama_stretched",
        "mistral_window"
      })
  void saysWhatTransformersSays(String name) throws IOException {
    JsonNode recorded = Json.read(GOLDEN.resolve(name).resolve("logits.json"));
    try (Reference reference = Reference.open(GOLDEN.resolve(name))) {
      double[][] logits = reference.logits(tokens(recorded));
      assertThat(logits).hasDimensions(24, 40);
      for (int t = 0; t < logits.length; t++) {
        for (int id = 0; id < logits[t].length; id++) {
          assertThat(logits[t][id])
              .as("position %d, token %d", t, id)
              .isCloseTo(recorded.at("/logits/" + t + "/" + id).asDouble(), within(TOLERANCE));
        }
      }
    }
  }

  @Test
  void computesEveryActivationAsTransformersDoes() throws IOException {
    JsonNode recorded = Json.read(GOLDEN.resolve("activations.json"));
    Path model = GOLDEN.resolve("neox_parallel");
    Files.copy(model.resolve("model.safetensors"), directory.resolve("model.safetensors"));
    ObjectNode config = (ObjectNode) Json.read(model.resolve("config.json"));
    for (var each : recorded.get("logits").properties()) {
      Files.writeString(
          directory.resolve("config.json"), Json.pretty(config.put("hidden_act", each.getKey())));
      try (Reference reference = Reference.open(directory)) {
        double[] last = reference.logits(tokens(recorded))[23];
        for (int id = 0; id < last.length; id++) {
          assertThat(last[id])
              .as("%s, token %d", each.getKey(), id)
              .isCloseTo(each.getValue().get(id).asDouble(), within(TOLERANCE));
        }
      }
    }
  }

  @Test
  void asksForNoMoreAndNoFewerTensorsThanThereAre() throws IOException {
    Path model = GOLDEN.resolve("neox_parallel");
    Files.copy(model.resolve("config.json"), directory.resolve("config.json"));
    try (TensorStore store = SafetensorsDirectory.open(model)) {
      List<NamedTensor> tensors = new ArrayList<>();
      store.names().forEach(name -> tensors.add(NamedTensor.of(name, store.view(name))));
      NamedTensor first = tensors.getFirst();
      tensors.add(NamedTensor.of("gpt_neox.left_over", first.view()));
      write(tensors);
      assertProblem(
          directory
              + ": tensor gpt_neox.left_over is read by no formula of transformers' gpt_neox");
      tensors.removeIf(tensor -> tensor.name().endsWith("layers.1.mlp.dense_4h_to_h.bias"));
      write(tensors);
      assertProblem(
          "there is no tensor gpt_neox.layers.1.mlp.dense_4h_to_h.bias, which transformers looks for");
    }
  }

  /// As Pythia's files have them, in which the first tensor is a mask.
  @Test
  void passesOverTheConstantsThatOlderVersionsStore() throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    tensors.add(zeros("gpt_neox.layers.0.attention.bias", DType.BOOL, 1, 1, 24, 24));
    tensors.add(zeros("gpt_neox.layers.0.attention.masked_bias", DType.FLOAT32));
    tensors.add(zeros("gpt_neox.layers.1.attention.rotary_emb.inv_freq", DType.FLOAT32, 2));
    copy("neox_parallel", tensors, name -> name);
    write(tensors);
    assertRecorded("neox_parallel");
    try (Reference reference = Reference.open(directory)) {
      assertThat(reference.type()).isEqualTo(DType.FLOAT32);
    }
  }

  @Test
  void aHeadGoesByEitherNameAndTheNetworksOwnMayBeMissing() throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    copy(
        "neox_parallel",
        tensors,
        name -> name.equals("embed_out.weight") ? "lm_head.weight" : name.replace("gpt_neox.", ""));
    write(tensors);
    assertRecorded("neox_parallel");
  }

  @Test
  void aTiedHeadMayBeStoredOnceMore() throws IOException {
    String model = "neox_sequential_tied_yarn";
    List<NamedTensor> tensors = new ArrayList<>();
    copy(model, tensors, name -> name);
    NamedTensor table =
        tensors.stream()
            .filter(tensor -> tensor.name().equals("gpt_neox.embed_in.weight"))
            .findFirst()
            .orElseThrow();
    tensors.add(NamedTensor.of("embed_out.weight", table.view()));
    write(tensors);
    assertRecorded(model);
    tensors.remove(table);
    write(tensors);
    assertRecorded(model);
    tensors.add(zeros(table.name(), DType.FLOAT32, 40, table.shape().size(1)));
    write(tensors);
    assertThatThrownBy(() -> Reference.open(directory))
        .hasMessage(
            directory
                + ": embed_out.weight differs from gpt_neox.embed_in.weight, though"
                + " tie_word_embeddings says that they are one");
  }

  @Test
  void readsPickledWeightsToo() throws IOException {
    Map<String, Object> weights = new LinkedHashMap<>();
    List<NamedTensor> tensors = new ArrayList<>();
    copy("llama_grouped_biases", tensors, name -> name);
    tensors.forEach(tensor -> weights.put(tensor.name(), tensor.view()));
    TorchFileWriter.write(directory.resolve("pytorch_model.bin"), weights);
    assertRecorded("llama_grouped_biases");
  }

  private static NamedTensor zeros(String name, DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    return NamedTensor.of(
        name, new TensorView(dtype, shape, Floats.allocate(dtype, shape.count())));
  }

  /// Copies the configuration, and the tensors under other names.
  private void copy(String model, List<NamedTensor> to, UnaryOperator<String> renamed)
      throws IOException {
    Path from = GOLDEN.resolve(model);
    Files.copy(from.resolve("config.json"), directory.resolve("config.json"));
    try (TensorStore store = SafetensorsDirectory.open(from)) {
      for (String name : store.names()) {
        TensorView view = store.view(name);
        byte[] bytes = view.bytes().toArray(ValueLayout.JAVA_BYTE);
        to.add(
            NamedTensor.of(
                renamed.apply(name),
                new TensorView(view.dtype(), view.shape(), MemorySegment.ofArray(bytes))));
      }
    }
  }

  private void assertRecorded(String model) throws IOException {
    JsonNode recorded = Json.read(GOLDEN.resolve(model).resolve("logits.json"));
    try (Reference reference = Reference.open(directory)) {
      double[] last = reference.logits(tokens(recorded))[23];
      for (int id = 0; id < last.length; id++) {
        assertThat(last[id])
            .as("token %d", id)
            .isCloseTo(recorded.at("/logits/23/" + id).asDouble(), within(TOLERANCE));
      }
    }
  }

  @Test
  void namesWhatItCannotCompute() throws IOException {
    Path model = GOLDEN.resolve("neox_parallel");
    Files.copy(model.resolve("model.safetensors"), directory.resolve("model.safetensors"));
    ObjectNode config = (ObjectNode) Json.read(model.resolve("config.json"));
    Files.writeString(
        directory.resolve("config.json"),
        Json.pretty(config.deepCopy().put("hidden_act", "relu6")));
    assertProblem("hidden_act relu6: cannot be verified");
    Files.writeString(
        directory.resolve("config.json"), Json.pretty(config.deepCopy().put("model_type", "opt")));
    assertProblem(directory + ": model_type opt; can be verified: gpt_neox, llama, mistral");
  }

  /// Values of tables.
  @Test
  void theErrorFunctionIsExact() {
    assertThat(ReferenceActivation.erf(0)).isZero();
    assertThat(ReferenceActivation.erf(0.5)).isCloseTo(0.5204998778130465, within(1e-15));
    assertThat(ReferenceActivation.erf(-1)).isCloseTo(-0.8427007929497149, within(1e-15));
    assertThat(ReferenceActivation.erf(3)).isCloseTo(0.9999779095030014, within(1e-15));
    assertThat(ReferenceActivation.erf(5.9)).isCloseTo(1, within(1e-15));
    assertThat(ReferenceActivation.erf(-7)).isEqualTo(-1);
  }

  private void write(List<NamedTensor> tensors) throws IOException {
    SafetensorsWriter.writeFile(
        directory.resolve("model.safetensors"), tensors, SafetensorsWriter.PYTORCH);
  }

  private void assertProblem(String message) throws IOException {
    try (Reference reference = Reference.open(directory)) {
      assertThatThrownBy(() -> reference.logits(new int[] {1, 2})).hasMessage(message);
    }
  }

  static int[] tokens(JsonNode recorded) {
    JsonNode array = recorded.get("tokens");
    int[] tokens = new int[array.size()];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = array.get(i).asInt();
    }
    return tokens;
  }
}
