package neox.weights.gguf;

import java.util.List;

/// A value of the metadata, of one of the types that models need.
sealed interface GgufValue {
  /// An unsigned integer of 32 bits.
  record Whole(long value) implements GgufValue {
    public Whole {
      if (value < 0 || value > 0xFFFF_FFFFL) {
        throw new IllegalArgumentException(value + " does not fit into 32 bits");
      }
    }
  }

  /// A number in single precision.
  record Real(float value) implements GgufValue {}

  record Flag(boolean value) implements GgufValue {}

  record Text(String value) implements GgufValue {}

  record Texts(List<String> values) implements GgufValue {
    public Texts {
      values = List.copyOf(values);
    }
  }

  /// Signed integers of 32 bits.
  record Integers(List<Integer> values) implements GgufValue {
    public Integers {
      values = List.copyOf(values);
    }
  }

  /// Numbers in single precision.
  record Reals(List<Float> values) implements GgufValue {
    public Reals {
      values = List.copyOf(values);
    }
  }
}
