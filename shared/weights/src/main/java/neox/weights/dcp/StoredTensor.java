package neox.weights.dcp;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import neox.weights.DType;
import neox.weights.Shape;

/// A tensor as the metadata describes it: pieces that form a grid.
///
/// @param type torch's name of its element type
/// @param chunks without those that are empty
record StoredTensor(String type, Shape shape, List<Chunk> chunks) {
  /// A piece.
  ///
  /// @param at the index of its first element in the whole tensor
  /// @param place of the archive that holds it
  record Chunk(Shape at, Shape shape, Place place) {}

  /// Bytes `[offset, offset + length)` of a file.
  ///
  /// @param coding what the bytes were sent through; empty: nothing
  record Place(String file, long offset, long length, List<String> coding) {}

  StoredTensor {
    chunks = List.copyOf(chunks);
  }

  /// Empty for a type that cannot be read, such as float8.
  Optional<DType> dtype() {
    return Stream.of(DType.values())
        .filter(known -> type.equals("torch." + known.name().toLowerCase(Locale.ROOT)))
        .findFirst();
  }
}
