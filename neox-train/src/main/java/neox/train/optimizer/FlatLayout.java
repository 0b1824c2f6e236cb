package neox.train.optimizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Where parameters lie in one flat buffer, and which part of it each data-parallel rank updates
/// (ZeRO, arXiv:1910.02054). Pure arithmetic.
///
/// Parameters and parts begin at multiples of [#ALIGNMENT]. Kernels compute whole vectors of
/// elements, and the few left over at a tensor's end in another way, which may round differently:
/// with aligned cuts an element is treated as if its parameter had not been cut.
final class FlatLayout {
  /// In elements: a multiple of every vector's length and of a cache line.
  static final long ALIGNMENT = 64;

  private final Map<String, Slice> parameters = new LinkedHashMap<>();
  private final Map<String, Long> offsets = new HashMap<>();
  private final int parts;
  private final long partLength;

  /// @param parameters whole ones
  /// @param parts into which the buffer is cut, all of one length
  FlatLayout(List<Slice> parameters, int parts, Cut cut) {
    this.parts = parts;
    long total = 0;
    long largest = 0;
    for (Slice parameter : parameters) {
      this.parameters.put(parameter.key(), parameter);
      total += units(parameter);
      largest = Math.max(largest, units(parameter));
    }
    long length = Math.ceilDiv(total, parts);
    switch (cut) {
      case ANYWHERE -> place(Long.MAX_VALUE);
      case BETWEEN_PARAMETERS -> {
        length = Math.max(length, largest);
        while (place(length) > parts) {
          length += Math.max(1, length / 64); // a little more than needed, in few trials
        }
      }
    }
    this.partLength = length * ALIGNMENT;
  }

  private static long units(Slice parameter) {
    return Math.ceilDiv(parameter.count(), ALIGNMENT);
  }

  /// One after the other, none across a multiple of `length` units; returns how many parts of that
  /// length they take.
  private long place(long length) {
    long part = 0;
    long used = 0;
    for (Slice parameter : parameters.values()) {
      long units = units(parameter);
      if (used + units > length) {
        part++;
        used = 0;
      }
      offsets.put(parameter.key(), (part * length + used) * ALIGNMENT);
      used += units;
    }
    return part + 1;
  }

  /// Elements of the buffer, those between the parameters and after the last included.
  long length() {
    return Math.multiplyExact(partLength, parts);
  }

  long partLength() {
    return partLength;
  }

  /// Where a slice begins in the buffer.
  long offset(Slice slice) {
    return Objects.requireNonNull(offsets.get(slice.key()), slice.key()) + slice.from();
  }

  /// The parameters in their order.
  List<Slice> whole() {
    return List.copyOf(parameters.values());
  }

  /// All elements of one parameter.
  Slice whole(String key) {
    return Objects.requireNonNull(parameters.get(key), key);
  }

  /// What lies in one part of the buffer.
  List<Slice> part(int part) {
    long begin = Objects.checkIndex(part, parts) * partLength;
    long end = begin + partLength;
    List<Slice> slices = new ArrayList<>();
    for (Slice parameter : parameters.values()) {
      long offset = offset(parameter);
      long from = Math.max(begin - offset, 0);
      long to = Math.min(end - offset, parameter.count());
      if (from < to) {
        slices.add(new Slice(parameter.spec(), from, to));
      }
    }
    return slices;
  }
}
