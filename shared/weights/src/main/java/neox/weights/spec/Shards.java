package neox.weights.spec;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Shape;
import neox.weights.TensorView;

/// Cuts parameters into the pieces that tensor-parallel ranks hold, and puts them together again.
public final class Shards {
  /// The shape of one rank's piece; [IllegalArgumentException] when the parameter does not divide.
  public static Shape local(ParameterSpec spec, int ranks) {
    return switch (spec.share()) {
      case Share.Split split -> {
        for (long section : split.sections()) {
          if (section % ranks != 0) {
            throw new IllegalArgumentException(
                spec.key() + " " + spec.shape() + " does not divide over " + ranks + " ranks");
          }
        }
        yield spec.shape().with(split.dim(), split.size() / ranks);
      }
      case Share.Same _, Share.AddedOnce _, Share.Summed _ -> spec.shape();
    };
  }

  /// One rank's piece of the whole; a view of the same memory where its bytes lie together.
  public static TensorView split(ParameterSpec spec, TensorView whole, int rank, int ranks) {
    Objects.checkIndex(rank, ranks);
    if (ranks == 1) {
      return whole;
    }
    return switch (spec.share()) {
      case Share.Split split -> cut(split, local(spec, ranks), whole, rank, ranks);
      case Share.Same _, Share.AddedOnce _ -> whole;
      case Share.Summed _ -> rank == 0 ? whole : zeros(whole);
    };
  }

  /// The whole parameter of all ranks' pieces. With one rank this is its view; otherwise, where it
  /// is split, new memory.
  public static TensorView join(ParameterSpec spec, List<TensorView> pieces) {
    if (pieces.size() == 1) {
      return pieces.getFirst();
    }
    return switch (spec.share()) {
      case Share.Split split -> glue(split, spec.shape(), pieces);
      case Share.Same _, Share.AddedOnce _ -> same(pieces);
      case Share.Summed _ -> total(pieces);
    };
  }

  private static TensorView cut(
      Share.Split split, Shape local, TensorView whole, int rank, int ranks) {
    if (split.dim() == 0 && split.sections().size() == 1) {
      long bytes = whole.bytes().byteSize() / ranks;
      return new TensorView(whole.dtype(), local, whole.bytes().asSlice(rank * bytes, bytes));
    }
    MemorySegment piece = Floats.allocate(whole.dtype(), local.count());
    long unit = unitBytes(split.dim(), whole);
    long at = 0;
    for (long outer = 0; outer < outer(split.dim(), whole.shape()); outer++) {
      long section = outer * split.size();
      for (long size : split.sections()) {
        long part = size / ranks;
        long from = (section + rank * part) * unit;
        MemorySegment.copy(whole.bytes(), from, piece, at, part * unit);
        at += part * unit;
        section += size;
      }
    }
    return new TensorView(whole.dtype(), local, piece);
  }

  private static TensorView glue(Share.Split split, Shape shape, List<TensorView> pieces) {
    DType dtype = pieces.getFirst().dtype();
    MemorySegment whole = Floats.allocate(dtype, shape.count());
    int ranks = pieces.size();
    long unit = unitBytes(split.dim(), pieces.getFirst());
    long at = 0;
    for (long outer = 0; outer < outer(split.dim(), shape); outer++) {
      long section = outer * split.size() / ranks;
      for (long size : split.sections()) {
        long part = size / ranks;
        for (TensorView piece : pieces) {
          MemorySegment.copy(piece.bytes(), section * unit, whole, at, part * unit);
          at += part * unit;
        }
        section += part;
      }
    }
    return new TensorView(dtype, shape, whole);
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

  /// Where the first rank holds the whole, that itself: a sum would lose the sign of its zeros.
  private static TensorView total(List<TensorView> pieces) {
    boolean alone = pieces.stream().skip(1).allMatch(Shards::isZero);
    return alone ? pieces.getFirst() : Floats.sum(pieces, 1);
  }

  private static boolean isZero(TensorView view) {
    MemorySegment bytes = view.bytes();
    for (long at = 0; at < bytes.byteSize(); at++) {
      if (bytes.get(ValueLayout.JAVA_BYTE, at) != 0) {
        return false;
      }
    }
    return true;
  }

  private static TensorView zeros(TensorView like) {
    return new TensorView(
        like.dtype(), like.shape(), Floats.allocate(like.dtype(), like.shape().count()));
  }

  /// How many slices of the split dim lie apart in memory: the product of the sizes before it.
  private static long outer(int dim, Shape shape) {
    long count = 1;
    for (int before = 0; before < dim; before++) {
      count *= shape.size(before);
    }
    return count;
  }

  /// Bytes of one step along the split dim.
  private static long unitBytes(int dim, TensorView view) {
    long bytes = view.dtype().bytes();
    for (int after = dim + 1; after < view.shape().rank(); after++) {
      bytes *= view.shape().size(after);
    }
    return bytes;
  }

  private Shards() {}
}
