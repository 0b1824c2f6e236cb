package neox.converthf.verify;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import neox.base.AtomicDirectory;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsDirectory;

/// Compares a Hugging Face directory with the NeoX checkpoint that says the same.
///
/// @param neox the checkpoint's directory, as `neox-generate --model` takes it
/// @param options further words for `neox-generate`: which checkpoint, which configuration
/// @param hf the other directory
/// @param prompt the text to compare on; tokens from all over the vocabulary where there is none
public record Verification(Path neox, List<String> options, Path hf, Optional<String> prompt) {
  /// Of the model as a whole, as for every other comparison of two implementations in float32.
  private static final double TOLERANCE = 1e-4;

  private static final int USUAL_LENGTH = 32;
  private static final int LONGEST_LENGTH = 512;

  /// How many tokens beyond its window a model is asked, so that the window shows.
  private static final int BEYOND_WINDOW = 8;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  public Verification {
    options = List.copyOf(options);
  }

  /// Runs both sides. The checkpoint's weights are rounded to the type that the directory stores,
  /// so that the bound is the same for every type: what is left is the order of sums.
  public LogitDifference run() throws IOException, InterruptedException {
    return run(GenerateProgram.find());
  }

  LogitDifference run(GenerateProgram program) throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("neox-verify");
    try (Reference reference = Reference.open(hf)) {
      Path file = scratch.resolve("logits.safetensors");
      program.logits(arguments(reference, file));
      try (TensorStore written = SafetensorsDirectory.openFile(file)) {
        int[] tokens = tokens(written.view("input_ids"));
        requireInside(tokens, reference);
        return compare(written.view("logits"), reference.logits(tokens));
      }
    } finally {
      AtomicDirectory.deleteTree(scratch);
    }
  }

  private List<String> arguments(Reference reference, Path file) {
    List<String> arguments = new ArrayList<>(List.of("--model", neox.toString()));
    arguments.addAll(List.of("--round-weights", name(reference.type())));
    arguments.addAll(List.of("--output", file.toString()));
    if (prompt.isPresent()) {
      arguments.addAll(List.of("--prompt", prompt.get()));
    } else {
      String ids =
          Arrays.stream(spread(reference))
              .mapToObj(String::valueOf)
              .collect(Collectors.joining(","));
      arguments.addAll(List.of("--token-ids", ids));
    }
    arguments.addAll(options);
    return arguments;
  }

  /// Tokens from all over the vocabulary, its first and its last among them.
  private static int[] spread(Reference reference) {
    int beyond = Math.min(reference.window() + BEYOND_WINDOW, LONGEST_LENGTH);
    boolean windowed = reference.window() < reference.positions();
    int length = Math.min(reference.positions(), windowed ? beyond : USUAL_LENGTH);
    int[] tokens = new int[length];
    for (int i = 0; i < length; i++) {
      tokens[i] = Math.toIntExact((reference.vocabSize() - 1L) * i / Math.max(1, length - 1));
    }
    return tokens;
  }

  private static String name(DType type) {
    return switch (type) {
      case FLOAT16 -> "fp16";
      case BFLOAT16 -> "bf16";
      case FLOAT32, FLOAT64, INT64, INT32, INT16, INT8, UINT8, BOOL -> "fp32";
    };
  }

  private void requireInside(int[] tokens, Reference reference) {
    for (int token : tokens) {
      if (token >= reference.vocabSize()) {
        throw UserException.of(
            "%s: token %d of the prompt is not in its vocabulary of %d",
            hf, token, reference.vocabSize());
      }
    }
  }

  private static int[] tokens(TensorView view) {
    int[] tokens = new int[Math.toIntExact(view.shape().count())];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = Math.toIntExact(view.bytes().get(LONG, (long) i * Long.BYTES));
    }
    return tokens;
  }

  /// Rows that pad the vocabulary may have been cut off, so that `expected` is the wider one.
  ///
  /// @param expected `[s, V]`
  private static LogitDifference compare(TensorView expected, double[][] actual) {
    long width = expected.shape().size(1);
    double largest = 0;
    double most = 0;
    int position = 0;
    int token = 0;
    int alike = 0;
    for (int t = 0; t < actual.length; t++) {
      int best = 0;
      int expectedBest = 0;
      for (int id = 0; id < actual[t].length; id++) {
        double wanted = at(expected, t * width + id);
        double difference = Math.abs(wanted - actual[t][id]);
        if (!Double.isNaN(largest) && !(difference <= largest)) { // NaN is larger than any
          largest = difference;
          position = t;
          token = id;
        }
        most = Math.max(most, Math.abs(wanted));
        best = actual[t][id] > actual[t][best] ? id : best;
        expectedBest = wanted > at(expected, t * width + expectedBest) ? id : expectedBest;
      }
      alike += best == expectedBest ? 1 : 0;
    }
    return new LogitDifference(
        largest, TOLERANCE * Math.max(1, most), position, token, actual.length, alike);
  }

  private static double at(TensorView view, long index) {
    return view.bytes().get(FLOAT, index * Float.BYTES);
  }
}
