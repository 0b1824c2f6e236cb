package neox.converthf.inspect;

import java.io.IOException;
import java.util.Locale;
import neox.converthf.inspect.Difference.Tolerance;
import neox.weights.NamedTensor;

/// What a comparison of two checkpoints says of one name.
sealed interface Finding {
  String name();

  /// Whether it makes the checkpoints different.
  boolean differs();

  /// A tensor that one of them alone has.
  record OnlyIn(String name, NamedTensor tensor, Object where) implements Finding {
    @Override
    public boolean differs() {
      return true;
    }
  }

  /// Tensors of different shapes, whose numbers cannot be compared.
  record Shapes(String name, NamedTensor a, NamedTensor b) implements Finding {
    @Override
    public boolean differs() {
      return true;
    }
  }

  /// Tensors of one shape.
  ///
  /// @param types both where they differ and that matters; else empty
  record Values(String name, String types, Difference difference) implements Finding {
    @Override
    public boolean differs() {
      return !types.isEmpty() || !difference.isAllowed();
    }
  }

  /// Compares two tensors of one name.
  ///
  /// @param rules what is allowed
  static Finding of(NamedTensor a, NamedTensor b, Rules rules) throws IOException {
    if (!a.shape().equals(b.shape())) {
      return new Shapes(a.name(), a, b);
    }
    boolean sameType = a.dtype() == b.dtype() || rules.types() == Types.IGNORED;
    String types = sameType ? "" : type(a) + " / " + type(b);
    return new Values(a.name(), types, Difference.of(a.tensor(), b.tensor(), rules.tolerance()));
  }

  /// What makes no difference.
  record Rules(Tolerance tolerance, Types types) {}

  /// Whether types of equal numbers matter.
  enum Types {
    COMPARED,
    IGNORED
  }

  static String type(NamedTensor tensor) {
    return tensor.dtype().name().toLowerCase(Locale.ROOT);
  }
}
