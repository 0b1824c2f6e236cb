import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import neox.inference.Decoding;
import neox.inference.GenerationRequest;
import neox.inference.NetworkLanguageModel;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.model.stage.NetworkStage;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.TensorStore;
import neox.weights.hf.HfModel;
import neox.weights.safetensors.SafetensorsDirectory;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Compares a converted model with the recorded one: `CompareModels OURS GOLDEN_HF NAME`.
///
/// Tensors must be equal to the last bit; the logits of our network on the recorded tokens must be
/// within 1e-4 of the recorded ones; 40 greedy tokens must be equal. Exit code 1 on any mismatch.
final class CompareModels {
  private static final double TOLERANCE = 1e-4;
  private static final int NPY_HEADER_LENGTH_AT = 8;

  public static void main(String[] args) throws IOException {
    NativeRuntime.start(1);
    Path ours = Path.of(args[0]);
    Path golden = Path.of(args[1]);
    String name = args[2];
    boolean equal = equalTensors(ours, golden.resolve(name)) & equalOutputs(ours, golden, name);
    System.exit(equal ? 0 : 1);
  }

  private static boolean equalTensors(Path ours, Path golden) throws IOException {
    try (TensorStore actual = SafetensorsDirectory.open(ours);
        TensorStore expected = SafetensorsDirectory.open(golden)) {
      int different = actual.names().equals(expected.names()) ? 0 : 1;
      for (String tensor : expected.names()) {
        var a = actual.view(tensor);
        var e = expected.view(tensor);
        boolean same =
            a.dtype() == e.dtype()
                && a.shape().equals(e.shape())
                && a.bytes().mismatch(e.bytes()) < 0;
        different += same ? 0 : 1;
      }
      System.out.printf("  %d tensors, %d differ%n", expected.names().size(), different);
      return different == 0;
    }
  }

  private static boolean equalOutputs(Path ours, Path golden, String name) throws IOException {
    JsonNode recorded = new ObjectMapper().readTree(golden.resolve("logits.json").toFile()).get(name);
    try (HfModel model = HfModel.open(ours);
        Network network =
            Network.build(
                NetworkSpec.of(model.config(), model.paddedVocab()),
                NetworkOptions.inference(Placement.cpu(ScalarType.Float)));
        Scope scope = Scope.open()) {
      network.load(model);
      ByteBuffer tokens = npy(golden.resolve("input_tokens.npy"));
      int[][] rows = new int[4][64];
      for (int[] row : rows) {
        Arrays.setAll(row, i -> Math.toIntExact(tokens.getLong()));
      }
      Inputs inputs = Inputs.of(network.placement().ids(rows));
      float[] logits =
          TensorData.floats(
              NetworkStage.evaluate(network, inputs, (hidden, head) -> head.logits(hidden)));
      ByteBuffer expected = npy(golden.resolve(name + ".logits.npy"));
      double worst = logits.length == expected.remaining() / Float.BYTES ? 0 : Double.NaN;
      for (float logit : logits) {
        worst = Math.max(worst, Math.abs((double) logit - expected.getFloat()));
      }
      int[] prompt = ints(recorded.get("greedy_prompt"));
      int[] greedy = ints(recorded.get("greedy_40"));
      int[][] written = new int[1][];
      new NetworkLanguageModel(network)
          .generate(
              List.of(new GenerationRequest(prompt, 40, t -> false)),
              Decoding.greedy(64),
              (_, ids) -> written[0] = ids);
      boolean sameGreedy = Arrays.equals(written[0], greedy);
      System.out.printf(
          Locale.ROOT,
          "  largest difference of %d logits: %.1e; 40 greedy tokens %s%n",
          logits.length,
          worst,
          sameGreedy ? "equal" : "DIFFER");
      return worst <= TOLERANCE && sameGreedy;
    }
  }

  private static int[] ints(JsonNode array) {
    int[] values = new int[array.size()];
    Arrays.setAll(values, i -> array.get(i).asInt());
    return values;
  }

  /// The data of a numpy file, version 1.0.
  private static ByteBuffer npy(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    return bytes
        .position(NPY_HEADER_LENGTH_AT + 2 + bytes.getShort(NPY_HEADER_LENGTH_AT))
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }
}
