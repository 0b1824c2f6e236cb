import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.inference.Decoding;
import neox.inference.GenerationRequest;
import neox.inference.NetworkLanguageModel;
import neox.inference.load.LoadOptions;
import neox.inference.load.ModelLoader;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.tensor.NativeRuntime;
import neox.tensor.Scope;
import neox.tensor.TensorData;

/// What our network says with the weights of NeoX checkpoints, one after the other:
/// `NeoxOutputs LIST TOKENS.npy DIRECTORY`.
///
/// For each line of the list (name, checkpoint, configuration file or `-`): `NAME.logits`, float32
/// `[4, 64, V]`, on the tokens, and `NAME.greedy`, 40 ids after the first 16 tokens of the first row.
final class NeoxOutputs {
  private static final int NPY_HEADER_LENGTH_AT = 8;
  private static final int PROMPT = 16;
  private static final int NEW = 40;

  public static void main(String[] args) throws IOException {
    NativeRuntime.start(1);
    ByteBuffer tokens = npy(Path.of(args[1]));
    int[][] rows = new int[4][64];
    for (int[] row : rows) {
      Arrays.setAll(row, i -> Math.toIntExact(tokens.getLong()));
    }
    for (String line : Files.readAllLines(Path.of(args[0]))) {
      String[] words = line.split("\t");
      LoadOptions options = LoadOptions.defaults();
      if (!words[2].equals("-")) {
        options = options.withConfig(ConfigLoader.readModel(ConfigSource.of(Path.of(words[2]))));
      }
      try (Network network =
          ModelLoader.network(Path.of(words[1]), options, UnaryOperator.identity())) {
        write(network, rows, Path.of(args[2]), words[0]);
      }
    }
  }

  private static void write(Network network, int[][] rows, Path directory, String name)
      throws IOException {
    try (Scope _ = Scope.open()) {
      Inputs inputs = Inputs.of(network.placement().ids(rows));
      float[] logits =
          TensorData.floats(
              NetworkStage.evaluate(network, inputs, (hidden, head) -> head.logits(hidden)));
      byte[] bytes = new byte[logits.length * Float.BYTES];
      MemorySegment.copy(
          logits,
          0,
          MemorySegment.ofArray(bytes),
          ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
          0,
          logits.length);
      Files.write(directory.resolve(name + ".logits"), bytes);
    }
    int[][] written = new int[1][];
    new NetworkLanguageModel(network)
        .generate(
            List.of(new GenerationRequest(Arrays.copyOf(rows[0], PROMPT), NEW, t -> false)),
            Decoding.greedy(64),
            (_, ids) -> written[0] = ids);
    Files.writeString(directory.resolve(name + ".greedy"), Arrays.toString(written[0]));
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
