package neox.train.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import neox.config.DocumentMask;
import neox.model.Inputs;
import neox.model.Segments;
import neox.model.Visibility;
import neox.model.position.Places;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Tensor;

/// Finds the documents of samples, and lets none know of another as far as is configured.
///
/// A document begins where the data say so, and after every end-of-document token, which belongs to
/// the document that it ends, as in Megatron-LM.
///
/// @param eod the tokenizer's end-of-document token, if it has one
public record Documents(DocumentMask mask, OptionalInt eod) {
  /// A batch as the network is to read it.
  ///
  /// @param tokens `[b, s]`, the first s of every row
  /// @param starts of each row, where the data begin a document, rising from 0
  Inputs inputs(Tensor tokens, int[][] rows, int[][] starts, Placement placement) {
    int length = Math.toIntExact(tokens.size(1));
    List<int[]> lengths = new ArrayList<>();
    for (int row = 0; row < rows.length; row++) {
      lengths.add(lengths(rows[row], starts[row], length));
    }
    Segments segments = new Segments(lengths);
    Inputs inputs = Inputs.of(tokens);
    if (segments.areWhole()) {
      return inputs;
    }
    if (mask.resetPositionIds()) {
      Tensor positions = placement.ids(segments.positions());
      inputs = inputs.withPositions(new Places.Each(positions, segments.longest()));
    }
    return mask.resetAttentionMask()
        ? inputs.withVisibility(Visibility.all().withSegments(segments))
        : inputs;
  }

  /// How long the documents in the first `length` tokens are.
  int[] lengths(int[] tokens, int[] starts, int length) {
    boolean[] begins = new boolean[length];
    IntStream.of(starts).filter(start -> start < length).forEach(start -> begins[start] = true);
    for (int i = 1; i < length; i++) {
      begins[i] |= eod.isPresent() && tokens[i - 1] == eod.getAsInt();
    }
    int[] lengths = new int[length];
    int documents = 1;
    for (int i = 0; i < length; i++) {
      documents += i > 0 && begins[i] ? 1 : 0;
      lengths[documents - 1]++;
    }
    return Arrays.copyOf(lengths, documents);
  }
}
