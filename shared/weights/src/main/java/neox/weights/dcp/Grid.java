package neox.weights.dcp;

import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.dcp.StoredTensor.Chunk;

/// The geometry of a tensor's pieces. Every way of sharding in PyTorch (FSDP, tensor parallelism,
/// both) cuts each dim of a tensor at some indices throughout, so that the pieces form a grid.
final class Grid {
  /// Whether the pieces are the cells of one grid and cover the tensor, each element once.
  static boolean covers(StoredTensor tensor) {
    Shape shape = tensor.shape();
    List<Chunk> chunks = tensor.chunks();
    if (shape.count() == 0) {
      return chunks.isEmpty();
    }
    for (Chunk chunk : chunks) {
      if (chunk.at().rank() != shape.rank() || chunk.shape().rank() != shape.rank()) {
        return false;
      }
    }
    long cells = 1;
    for (int dim = 0; dim < shape.rank(); dim++) {
      long cuts = cuts(chunks, dim, shape.size(dim));
      if (cuts == 0 || cells > chunks.size()) {
        return false;
      }
      cells *= cuts;
    }
    Set<Shape> distinct = new HashSet<>();
    chunks.forEach(chunk -> distinct.add(chunk.at()));
    return cells == chunks.size() && cells == distinct.size();
  }

  /// How many intervals the pieces make of a dim; 0 unless they touch each other from 0 to `size`.
  private static long cuts(List<Chunk> chunks, int dim, long size) {
    SortedMap<Long, Long> lengths = new TreeMap<>();
    for (Chunk chunk : chunks) {
      Long known = lengths.putIfAbsent(chunk.at().size(dim), chunk.shape().size(dim));
      if (known != null && known != chunk.shape().size(dim)) {
        return 0;
      }
    }
    long at = 0;
    for (SortedMap.Entry<Long, Long> interval : lengths.entrySet()) {
      if (interval.getKey() != at) {
        return 0;
      }
      at += interval.getValue();
    }
    return at == size ? lengths.size() : 0;
  }

  /// Copies a piece to its place in the whole tensor.
  static void copy(TensorView piece, Shape at, MemorySegment whole, Shape shape) {
    int width = piece.dtype().bytes();
    int rank = shape.rank();
    int dim = rank; // from here on the piece is as wide as the whole
    long run = width;
    while (dim > 0 && (dim == rank || piece.shape().size(dim) == shape.size(dim))) {
      dim--;
      run *= piece.shape().size(dim);
    }
    long[] index = new long[dim];
    for (long from = 0; from < piece.bytes().byteSize(); from += run) {
      MemorySegment.copy(piece.bytes(), from, whole, target(index, at, shape) * width, run);
      advance(index, piece.shape());
    }
  }

  /// Where in the whole the run starts whose outer dims have `index` in the piece.
  private static long target(long[] index, Shape at, Shape shape) {
    long position = 0;
    for (int dim = 0; dim < shape.rank(); dim++) {
      long inPiece = dim < index.length ? index[dim] : 0;
      position = position * shape.size(dim) + at.size(dim) + inPiece;
    }
    return position;
  }

  private static void advance(long[] index, Shape shape) {
    for (int dim = index.length - 1; dim >= 0; dim--) {
      index[dim]++;
      if (index[dim] < shape.size(dim)) {
        return;
      }
      index[dim] = 0;
    }
  }

  private Grid() {}
}
