package neox.converthf.inspect;

import java.util.Optional;
import java.util.TreeMap;

/// What all tensors that were inspected come to. Mutable.
final class Total {
  private final TreeMap<String, String> digests = new TreeMap<>();
  private long tensors;
  private long numbers;
  private long bytes;
  private long nan;
  private long infinite;

  /// Counts one, and gives it back.
  Inspected plus(Inspected inspected) {
    tensors++;
    numbers += inspected.tensor().shape().count();
    bytes += inspected.tensor().byteSize();
    inspected
        .numbers()
        .ifPresent(some -> {
          digests.put(inspected.tensor().name(), some.digest());
          nan += some.statistics().nan();
          infinite += some.statistics().infinite();
        });
    return inspected;
  }

  long tensors() {
    return tensors;
  }

  long numbers() {
    return numbers;
  }

  long bytes() {
    return bytes;
  }

  long nan() {
    return nan;
  }

  long infinite() {
    return infinite;
  }

  /// Of all names and digests, where numbers were read.
  Optional<String> digest() {
    return digests.isEmpty() ? Optional.empty() : Optional.of(Digest.of(digests));
  }
}
