package neox.weights;

/// What was computed of a tensor's bytes while they were copied.
///
/// @param crc their CRC-32
/// @param digest see [TensorDigest]
public record TensorSums(long crc, String digest) {
  /// Those of a part of at most [TensorDigest#PIECE] bytes.
  record Part(long bytes, long crc, long digest) {}

  /// Of parts that follow each other.
  static final class Joined {
    private final JoinedCrc crc = new JoinedCrc();
    private final TensorDigest digest = new TensorDigest();

    void append(Part part) {
      crc.append(part.crc(), part.bytes());
      digest.add(part.digest());
    }

    TensorSums all() {
      return new TensorSums(crc.value(), digest.hex());
    }
  }
}
