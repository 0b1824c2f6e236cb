package neox.generate;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.inference.load.LoadOptions;
import neox.inference.load.ModelLoader;
import neox.model.Inputs;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.NamedTensor;
import neox.weights.RoundedWeights;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsWriter;

/// The logits of one text.
///
/// @param model its directory
/// @param rounded the type that the weights are rounded to before they are loaded
record Logits(Path model, LoadOptions load, Optional<DType> rounded) {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// The tokens of a text.
  int[] encode(String text) throws IOException {
    return ModelLoader.tokenizer(model, load).encode(text);
  }

  /// Computes, writes the file, and says after how many tokens.
  int write(int[] tokens, Path file) throws IOException {
    try (Network network =
            ModelLoader.network(
                model,
                load,
                store -> rounded.isPresent() ? new RoundedWeights(store, rounded.get()) : store);
        Scope _ = Scope.open()) {
      check(tokens, network);
      Inputs inputs = Inputs.of(network.placement().ids(new int[][] {tokens}));
      float[] logits =
          TensorData.floats(
              NetworkStage.evaluate(network, inputs, (hidden, head) -> head.logits(hidden)));
      SafetensorsWriter.writeFile(
          file,
          List.of(
              NamedTensor.of("input_ids", ids(tokens)),
              NamedTensor.of("logits", logits(logits, tokens.length))),
          SafetensorsWriter.PYTORCH);
      return tokens.length;
    }
  }

  private void check(int[] tokens, Network network) {
    int longest = network.spec().config().longest();
    if (tokens.length < 1 || tokens.length > longest) {
      throw UserException.of(
          "%s: the text has %d tokens; expected 1 to %d", model, tokens.length, longest);
    }
    int rows = network.spec().paddedVocab();
    for (int token : tokens) {
      if (token < 0 || token >= rows) {
        throw UserException.of("%s: token %d is not in the vocabulary of %d", model, token, rows);
      }
    }
  }

  /// `[s]`
  private static TensorView ids(int[] tokens) {
    MemorySegment bytes = Floats.allocate(DType.INT64, tokens.length);
    for (int i = 0; i < tokens.length; i++) {
      bytes.setAtIndex(LONG, i, tokens[i]);
    }
    return new TensorView(DType.INT64, Shape.of(tokens.length), bytes);
  }

  /// `[s, V]`
  private static TensorView logits(float[] values, int positions) {
    MemorySegment bytes = Floats.allocate(DType.FLOAT32, values.length);
    MemorySegment.copy(values, 0, bytes, FLOAT, 0, values.length);
    return new TensorView(DType.FLOAT32, Shape.of(positions, values.length / positions), bytes);
  }
}
