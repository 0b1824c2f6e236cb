package neox.train;

import java.util.OptionalInt;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;

/// One micro-batch as the network takes it; b = rows, s = seqLength. The tensors belong to the
/// innermost scope.
///
/// @param tokens `[b, s]` int64
/// @param labels `[b, s]` int64, the tokens one position later
/// @param lossMask `[b, s]` float32, 0 where a prediction does not count
record MicroBatch(Tensor tokens, Tensor labels, Tensor lossMask) {

  /// Splits rows of s + 1 tokens.
  ///
  /// @param masked predictions made *from* this token do not count (`eod_mask_loss`); predictions
  ///   *of* it do
  static MicroBatch of(int[][] rows, OptionalInt masked) {
    int length = rows[0].length - 1;
    int[][] inputs = new int[rows.length][length];
    int[][] labels = new int[rows.length][length];
    float[] mask = new float[rows.length * length];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, inputs[row], 0, length);
      System.arraycopy(rows[row], 1, labels[row], 0, length);
      for (int i = 0; i < length; i++) {
        boolean counts = masked.isEmpty() || inputs[row][i] != masked.getAsInt();
        mask[row * length + i] = counts ? 1 : 0;
      }
    }
    return new MicroBatch(
        TensorData.ofIds(inputs),
        TensorData.ofIds(labels),
        TensorData.ofFloats(mask, rows.length, length));
  }
}
