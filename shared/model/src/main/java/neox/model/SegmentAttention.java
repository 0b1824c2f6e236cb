package neox.model;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Attention within segments, one after the other: scores between two of them are not computed and
/// then hidden, but never computed, so that many short documents take less time than a long one.
///
/// Shapes: b rows, n heads, s tokens of a row, l of a segment, d head dim.
record SegmentAttention(AttentionKernel kernel) {
  /// As [AttentionKernel#attend], q, k and v `[b, n, s, d]`.
  ///
  /// @param scores of the longest segment
  Tensor attend(Tensor q, Tensor k, Tensor v, AttentionKernel.Scores scores, Pass pass) {
    Segments segments = pass.segments().orElseThrow();
    List<Tensor> mixed = new ArrayList<>(); // each [1, l, n, d]
    TensorVector queries = torch.unbind(q, 0); // each [n, s, d]
    TensorVector keys = torch.unbind(k, 0);
    TensorVector values = torch.unbind(v, 0);
    for (int row = 0; row < segments.lengths().size(); row++) {
      int[] lengths = segments.lengths().get(row);
      TensorVector qs = split(queries.get(row), lengths);
      TensorVector ks = split(keys.get(row), lengths);
      TensorVector vs = split(values.get(row), lengths);
      for (int i = 0; i < lengths.length; i++) {
        Tensor one =
            kernel.attend(
                qs.get(i).unsqueeze(0),
                ks.get(i).unsqueeze(0),
                vs.get(i).unsqueeze(0),
                scores.ofFirst(lengths[i]),
                pass.withNoise(pass.noise().ofPart(mixed.size())));
        mixed.add(one.transpose(1, 2));
      }
    }
    Tensor all = torch.cat(new TensorVector(mixed.toArray(Tensor[]::new)), 1); // [1, b·s, n, d]
    return all.view(q.size(0), q.size(2), q.size(1), q.size(3)).transpose(1, 2);
  }

  /// One split, whose backward joins the gradients; slices would each fill a whole tensor.
  private static TensorVector split(Tensor row, int[] lengths) {
    long[] sizes = new long[lengths.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = lengths[i];
    }
    return torch.split_with_sizes(row, sizes, 1);
  }
}
