package neox.converthf.inspect;

import java.io.IOException;
import java.util.Optional;
import neox.weights.ByteSource;
import neox.weights.NamedTensor;

/// What is said of one tensor.
///
/// @param numbers where they were read
record Inspected(NamedTensor tensor, Optional<Numbers> numbers) {
  /// What its numbers amount to.
  ///
  /// @param digest SHA-256, in hexadecimal
  record Numbers(Statistics statistics, String digest) {}

  static Inspected header(NamedTensor tensor) {
    return new Inspected(tensor, Optional.empty());
  }

  /// Reads all of a tensor, a piece at a time.
  static Inspected of(NamedTensor tensor) throws IOException {
    Statistics statistics = new Statistics(tensor.dtype());
    Digest digest = new Digest();
    ByteSource bytes = tensor.tensor().bytes().due();
    bytes.check();
    bytes.forEachChunk(piece -> {
      statistics.update(piece);
      digest.update(piece);
    });
    return new Inspected(tensor, Optional.of(new Numbers(statistics, digest.hex())));
  }
}
