package neox.weights.pickle;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/// A numpy array read from a pickle.
///
/// @param dtype numpy's name without byte order, such as `u4` or `f8`
/// @param shape sizes, outermost first
/// @param bytes row-major, little-endian
@SuppressWarnings("ArrayRecordComponent") // bytes for one reader, never compared
public record NumpyArray(String dtype, List<Long> shape, byte[] bytes) {
  static final String TYPE = "numpy.ndarray";

  /// How protocol 5 writes an array: bytes, dtype, shape, order.
  static PickledObject fromBuffer(Tuple arguments) {
    PickledObject array = new PickledObject(TYPE, List.of());
    boolean fortran = "F".equals(arguments.get(3));
    array.state(Tuple.of(1L, arguments.get(2), arguments.get(1), fortran, arguments.get(0)));
    return array;
  }

  /// The array an object of type `numpy.ndarray` holds; [IllegalArgumentException] for another.
  public static NumpyArray of(Object value) {
    if (value instanceof PickledObject object
        && object.type().equals(TYPE)
        && object.state() instanceof Tuple state
        && state.size() == 5
        && state.get(1) instanceof Tuple shape
        && state.get(2) instanceof PickledObject dtype
        && state.get(4) instanceof byte[] bytes) {
      if (state.get(3) instanceof Boolean fortran && fortran && shape.size() > 1) {
        throw new IllegalArgumentException("a column-major numpy array is not supported");
      }
      List<Long> sizes = shape.items().stream().map(Long.class::cast).toList();
      return new NumpyArray(dtypeName(dtype), sizes, bytes);
    }
    throw new IllegalArgumentException("not a numpy array: " + ValueText.of(value));
  }

  static String dtypeName(PickledObject dtype) {
    boolean bigEndian =
        dtype.state() instanceof Tuple state && state.size() > 1 && ">".equals(state.get(1));
    if (bigEndian || dtype.arguments().isEmpty()) {
      throw new IllegalArgumentException(
          "a numpy dtype of other bytes or no name is not supported");
    }
    return dtype.arguments().getFirst() instanceof String name ? ValueText.shorten(name) : "?";
  }

  /// A numpy scalar as a plain number.
  static Object scalar(PickledObject dtype, byte[] bytes) {
    ByteBuffer value = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    String name = dtypeName(dtype);
    return switch (name) {
      case "b1" -> value.get() != 0;
      case "i1" -> (long) value.get();
      case "u1" -> (long) Byte.toUnsignedInt(value.get());
      case "i2" -> (long) value.getShort();
      case "u2" -> (long) Short.toUnsignedInt(value.getShort());
      case "i4" -> (long) value.getInt();
      case "u4" -> Integer.toUnsignedLong(value.getInt());
      case "i8" -> value.getLong();
      case "f4" -> (double) value.getFloat();
      case "f8" -> value.getDouble();
      default ->
          throw new IllegalArgumentException("numpy scalar of " + name + " is not supported");
    };
  }
}
