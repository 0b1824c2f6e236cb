package neox.train.data;

import java.util.Optional;
import java.util.OptionalInt;
import neox.model.Inputs;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// One micro-batch as the network takes it; b = rows, s = seqLength. The tensors belong to the
/// innermost scope.
///
/// @param inputs tokens `[b, s]`, where they stand and what they see
/// @param labels `[b, s]` int64, the tokens one position later, 0 where none is to be predicted
/// @param lossMask `[b, s]` float32, 0 where a prediction does not count
/// @param rewards `[b, s]` float32, of the tokens' documents, where there are any
/// @param reference `[b, s]` float32, log p(label) of a reference model, where it was precomputed
public record MicroBatch(
    Inputs inputs,
    Tensor labels,
    Tensor lossMask,
    Optional<Tensor> rewards,
    Optional<Tensor> reference) {

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
        placement.floats(mask, rows.length, length),
        Optional.empty(),
        Optional.empty());
  }

  /// `[b, s]` int64.
  public Tensor tokens() {
    return inputs.ids();
  }

  MicroBatch withInputs(Inputs value) {
    return new MicroBatch(value, labels, lossMask, rewards, reference);
  }

  /// The rows of another micro-batch after these.
  MicroBatch followedBy(MicroBatch other) {
    return new MicroBatch(
        Inputs.of(both(tokens(), other.tokens())),
        both(labels, other.labels()),
        both(lossMask, other.lossMask()),
        Optional.empty(),
        reference.map(each -> both(each, other.reference().orElseThrow())));
  }

  private static Tensor both(Tensor a, Tensor b) {
    return torch.cat(new TensorVector(a, b), 0);
  }

  /// @param value of each of s + 1 tokens or more; the last ones are left out, as in GPT-NeoX
  MicroBatch withRewards(int[][] value, Placement placement) {
    int length = Math.toIntExact(tokens().size(1));
    float[] flat = new float[value.length * length];
    for (int row = 0; row < value.length; row++) {
      for (int i = 0; i < length; i++) {
        flat[row * length + i] = value[row][i];
      }
    }
    Tensor tensor = placement.floats(flat, value.length, length);
    return new MicroBatch(inputs, labels, lossMask, Optional.of(tensor), reference);
  }

  /// @param values log p(label) at each position; where it is NaN, the label does not count
  MicroBatch withReference(float[][] values, Placement placement) {
    int length = Math.toIntExact(tokens().size(1));
    float[] flat = new float[values.length * length];
    float[] known = new float[values.length * length];
    for (int row = 0; row < values.length; row++) {
      for (int i = 0; i < length; i++) {
        float value = values[row][i];
        known[row * length + i] = Float.isNaN(value) ? 0 : 1;
        flat[row * length + i] = Float.isNaN(value) ? 0 : value;
      }
    }
    Tensor mask = lossMask.mul(placement.floats(known, values.length, length));
    Tensor tensor = placement.floats(flat, values.length, length);
    return new MicroBatch(inputs, labels, mask, rewards, Optional.of(tensor));
  }

  /// The first tokens of each row, and what belongs to them, before their inputs are changed.
  MicroBatch first(int count) {
    return count == tokens().size(1)
        ? this
        : new MicroBatch(
            Inputs.of(tokens().narrow(1, 0, count)),
            labels.narrow(1, 0, count),
            lossMask.narrow(1, 0, count),
            rewards.map(each -> each.narrow(1, 0, count)),
            reference.map(each -> each.narrow(1, 0, count)));
  }
}
