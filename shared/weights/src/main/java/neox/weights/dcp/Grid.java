package neox.weights.dcp;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import neox.weights.ByteSource;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.Woven;
import neox.weights.Woven.Strand;
import neox.weights.Zeros;
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
    for (Map.Entry<Long, Long> interval : lengths.entrySet()) {
      if (interval.getKey() != at) {
        return 0;
      }
      at += interval.getValue();
    }
    return at == size ? lengths.size() : 0;
  }

  /// A box of the tensor, made of the pieces in it.
  private record Box(Shape at, Shape shape, ByteSource bytes) {}

  /// The whole tensor of pieces that cover it.
  ///
  /// @param pieces gives the tensor of each
  static LazyTensor joined(StoredTensor tensor, DType dtype, Function<Chunk, LazyTensor> pieces) {
    List<Box> boxes = new ArrayList<>();
    for (Chunk chunk : tensor.chunks()) {
      boxes.add(new Box(chunk.at(), chunk.shape(), pieces.apply(chunk).bytes()));
    }
    for (int dim = tensor.shape().rank() - 1; dim >= 0 && boxes.size() > 1; dim--) {
      boxes = joined(boxes, dim, dtype);
    }
    ByteSource bytes = boxes.isEmpty() ? new Zeros(0) : boxes.getFirst().bytes();
    return new LazyTensor(dtype, tensor.shape(), bytes);
  }

  /// Joins boxes that differ in their place along `dim` alone.
  private static List<Box> joined(List<Box> boxes, int dim, DType dtype) {
    Map<Shape, List<Box>> rows = new LinkedHashMap<>();
    for (Box box : boxes) {
      rows.computeIfAbsent(box.at().with(dim, 0), _ -> new ArrayList<>()).add(box);
    }
    List<Box> joined = new ArrayList<>();
    rows.forEach((at, row) -> {
      row.sort(Comparator.comparingLong(box -> box.at().size(dim)));
      long rounds = 1;
      for (int before = 0; before < dim; before++) {
        rounds *= row.getFirst().shape().size(before);
      }
      List<Strand> strands = new ArrayList<>();
      long size = 0;
      for (Box box : row) {
        long bytes = box.shape().count() / rounds * dtype.bytes();
        strands.add(new Strand(box.bytes(), 0, bytes, bytes));
        size += box.shape().size(dim);
      }
      Shape shape = row.getFirst().shape().with(dim, size);
      joined.add(new Box(at, shape, new Woven(rounds, strands).simplified()));
    });
    return joined;
  }

  private Grid() {}
}
