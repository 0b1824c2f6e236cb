package neox.train.data;

import java.util.Optional;
import java.util.OptionalInt;
import neox.model.Inputs;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Tensor;

/// One micro-batch as the network takes it; b = rows, s = seqLength. The tensors belong to the
/// innermost scope.
///
/// @param inputs tokens `[b, s]`, where they stand and what they see
/// @param labels `[b, s]` int64, the tokens one position later, 0 where none is to be predicted
/// @param lossMask `[b, s]` float32, 0 where a prediction does not count
public record MicroBatch(Inputs inputs, Tensor labels, Tensor lossMask) {

  /// Splits rows of s + 1 tokens.
  ///
  /// @param labels of the same tokens, negative where one is not to be predicted; empty when they
  ///   are the tokens
  /// @param masked predictions made *from* this token do not count (`eod_mask_loss`); predictions
  ///   *of* it do
  /// @param placement of the network
  public static MicroBatch of(
      int[][] rows, Optional<int[][]> labels, OptionalInt masked, Placement placement) {
    int length = rows[0].length - 1;
    int[][] inputs = new int[rows.length][length];
    int[][] targets = new int[rows.length][length];
    float[] mask = new float[rows.length * length];
    for (int row = 0; row < rows.length; row++) {
      int[] expected = labels.orElse(rows)[row];
      System.arraycopy(rows[row], 0, inputs[row], 0, length);
      for (int i = 0; i < length; i++) {
        boolean fromMasked = masked.isPresent() && inputs[row][i] == masked.getAsInt();
        boolean counts = expected[i + 1] >= 0 && !fromMasked;
        mask[row * length + i] = counts ? 1 : 0;
        targets[row][i] = Math.max(0, expected[i + 1]); // the loss needs an id even where masked
      }
    }
    return new MicroBatch(
        Inputs.of(placement.ids(inputs)),
        placement.ids(targets),
        placement.floats(mask, rows.length, length));
  }

  /// `[b, s]` int64.
  public Tensor tokens() {
    return inputs.ids();
  }

  MicroBatch withInputs(Inputs value) {
    return new MicroBatch(value, labels, lossMask);
  }

  /// The first tokens of each row, and what belongs to them, before their inputs are changed.
  MicroBatch first(int count) {
    return count == tokens().size(1)
        ? this
        : new MicroBatch(
            Inputs.of(tokens().narrow(1, 0, count)),
            labels.narrow(1, 0, count),
            lossMask.narrow(1, 0, count));
  }
}
