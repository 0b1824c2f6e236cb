package neox.weights;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import neox.config.ModelConfig;

/// Puts the pieces that tensor-parallel ranks hold of one parameter together again.
public final class Shards {
  private final ModelConfig model;
  private final int ranks;

  /// For a network of `model`'s architecture that was split over `ranks`.
  public Shards(ModelConfig model, int ranks) {
    this.model = model;
    this.ranks = ranks;
  }

  /// The shape of one rank's piece; [IllegalArgumentException] when the parameter does not divide.
  public Shape shape(ParameterSpec spec) {
    return switch (spec.share()) {
      case COLUMNS, GATED_COLUMNS, GROUPED_QKV, VOCABULARY -> split(spec, 0);
      case ROWS -> split(spec, 1);
      case SAME, SUMMED -> spec.shape();
    };
  }

  /// The whole parameter. With one rank this is its view; otherwise new memory.
  public TensorView join(ParameterSpec spec, List<TensorView> pieces) {
    if (pieces.size() == 1) {
      return pieces.getFirst();
    }
    return switch (spec.share()) {
      case COLUMNS, VOCABULARY -> sections(spec, pieces, 1);
      case GATED_COLUMNS -> sections(spec, pieces, 1, 1);
      case GROUPED_QKV -> sections(spec, pieces, model.heads(), model.kvHeads(), model.kvHeads());
      case ROWS -> columns(spec, pieces);
      case SAME -> same(pieces);
      case SUMMED -> Floats.sum(pieces, 1);
    };
  }

  /// Every rank's rows consist of sections with sizes in the given proportion; a section of the
  /// whole is the ranks' sections one after the other.
  private static TensorView sections(
      ParameterSpec spec, List<TensorView> pieces, int... proportions) {
    int total = 0;
    for (int proportion : proportions) {
      total += proportion;
    }
    List<MemorySegment> parts = new ArrayList<>();
    long before = 0;
    for (int proportion : proportions) {
      for (TensorView piece : pieces) {
        long unit = piece.bytes().byteSize() / total;
        parts.add(piece.bytes().asSlice(before * unit, proportion * unit));
      }
      before += proportion;
    }
    return new TensorView(pieces.getFirst().dtype(), spec.shape(), concatenate(parts));
  }

  /// The parts one after the other in new memory.
  public static MemorySegment concatenate(List<MemorySegment> parts) {
    long bytes = parts.stream().mapToLong(MemorySegment::byteSize).sum();
    MemorySegment whole = Floats.allocate(DType.UINT8, bytes);
    long at = 0;
    for (MemorySegment part : parts) {
      MemorySegment.copy(part, 0, whole, at, part.byteSize());
      at += part.byteSize();
    }
    return whole;
  }

  private static TensorView columns(ParameterSpec spec, List<TensorView> pieces) {
    DType dtype = pieces.getFirst().dtype();
    MemorySegment whole = Floats.allocate(dtype, spec.shape().count());
    long rows = spec.shape().size(0);
    long width = pieces.getFirst().bytes().byteSize() / rows;
    long at = 0;
    for (long row = 0; row < rows; row++) {
      for (TensorView piece : pieces) {
        MemorySegment.copy(piece.bytes(), row * width, whole, at, width);
        at += width;
      }
    }
    return new TensorView(dtype, spec.shape(), whole);
  }

  /// Ranks that compute the same can still drift apart by rounding; NeoX compat: their mean.
  private static TensorView same(List<TensorView> pieces) {
    TensorView first = pieces.getFirst();
    for (TensorView piece : pieces) {
      if (piece.bytes().mismatch(first.bytes()) >= 0) {
        return Floats.sum(pieces, 1.0 / pieces.size());
      }
    }
    return first;
  }

  private Shape split(ParameterSpec spec, int dim) {
    long size = spec.shape().size(dim);
    if (size % ranks != 0) {
      throw new IllegalArgumentException(
          spec.key() + " " + spec.shape() + " does not divide over " + ranks + " ranks");
    }
    return spec.shape().with(dim, size / ranks);
  }
}
