package neox.weights.spec;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.Woven;
import neox.weights.Woven.Strand;
import neox.weights.Zeros;

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
    return ranks == 1 ? whole : split(spec, LazyTensor.of(whole), rank, ranks).view();
  }

  /// One rank's piece of the whole.
  public static LazyTensor split(ParameterSpec spec, LazyTensor whole, int rank, int ranks) {
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
    return pieces.size() == 1
        ? pieces.getFirst()
        : joined(spec, pieces.stream().map(LazyTensor::of).toList()).view();
  }

  /// The whole parameter of all ranks' pieces.
  public static LazyTensor joined(ParameterSpec spec, List<LazyTensor> pieces) {
    if (pieces.size() == 1) {
      return pieces.getFirst();
    }
    LazyTensor first = pieces.getFirst();
    return switch (spec.share()) {
      case Share.Split split -> glue(split, spec.shape(), pieces);
      case Share.Same _, Share.AddedOnce _ ->
          new LazyTensor(first.dtype(), first.shape(), new Replicated(pieces));
      case Share.Summed _ -> new LazyTensor(first.dtype(), first.shape(), new Added(pieces));
    };
  }

  /// A rank's rows (or columns) of each section, one section after the other.
  private static LazyTensor cut(
      Share.Split split, Shape local, LazyTensor whole, int rank, int ranks) {
    long unit = unitBytes(split.dim(), whole);
    List<Strand> strands = new ArrayList<>();
    long section = 0;
    for (long size : split.sections()) {
      long part = size / ranks;
      long from = (section + rank * part) * unit;
      strands.add(new Strand(whole.bytes(), from, part * unit, split.size() * unit));
      section += size;
    }
    Woven piece = new Woven(outer(split.dim(), whole.shape()), strands);
    return new LazyTensor(whole.dtype(), local, piece.simplified());
  }

  /// Of each section the parts of all ranks, one rank after the other.
  private static LazyTensor glue(Share.Split split, Shape shape, List<LazyTensor> pieces) {
    int ranks = pieces.size();
    long unit = unitBytes(split.dim(), pieces.getFirst());
    List<Strand> strands = new ArrayList<>();
    long section = 0;
    for (long size : split.sections()) {
      long part = size / ranks;
      for (LazyTensor piece : pieces) {
        strands.add(
            new Strand(piece.bytes(), section * unit, part * unit, split.size() / ranks * unit));
      }
      section += part;
    }
    Woven whole = new Woven(outer(split.dim(), shape), strands);
    return new LazyTensor(pieces.getFirst().dtype(), shape, whole.simplified());
  }

  private static LazyTensor zeros(LazyTensor like) {
    return new LazyTensor(like.dtype(), like.shape(), new Zeros(like.byteSize()));
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
  private static long unitBytes(int dim, LazyTensor view) {
    long bytes = view.dtype().bytes();
    for (int after = dim + 1; after < view.shape().rank(); after++) {
      bytes *= view.shape().size(after);
    }
    return bytes;
  }

  private Shards() {}
}
