package neox.model.position;

import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// Where the tokens of a batch `[b, s]` stand, counted from 0.
public sealed interface Places {
  /// In every row the same: `start, start + 1, …`.
  record From(long start) implements Places {
    @Override
    public long end(long tokens) {
      return start + tokens;
    }
  }

  /// In each row on its own.
  ///
  /// @param each `[b, s]` int64
  /// @param end after the last of them
  record Each(Tensor each, long end) implements Places {
    @Override
    public long end(long tokens) {
      return end;
    }
  }

  /// The places that stand `count` before these.
  default Places before(long count) {
    return switch (this) {
      case From(long start) -> new From(start - count);
      case Each(Tensor each, long end) -> new Each(each.sub(new Scalar(count)), end - count);
    };
  }

  /// The place after the last of `tokens` tokens a row.
  long end(long tokens);

  /// The places of `tokens` tokens of each of some rows, row by row.
  default long[] each(int rows, int tokens) {
    return switch (this) {
      case From(long start) -> {
        long[] all = new long[rows * tokens];
        for (int i = 0; i < all.length; i++) {
          all[i] = start + i % tokens;
        }
        yield all;
      }
      case Each(Tensor each, _) -> TensorData.longs(each);
    };
  }

  /// Every row begins with its text.
  static Places fromStart() {
    return new From(0);
  }
}
