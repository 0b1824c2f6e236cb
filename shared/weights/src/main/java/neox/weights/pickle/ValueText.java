package neox.weights.pickle;

import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.weights.TensorView;

/// A value of a pickle in a few words, for messages. It looks at no value inside another one: those
/// of a hostile file may be deep, endless, or a thousand times the same.
public final class ValueText {
  private static final int LONGEST = 60;

  /// What it is, in one line.
  public static String of(Object value) {
    return switch (value) {
      case None _ -> "None";
      case Boolean flag -> flag ? "True" : "False";
      case BigInteger number -> "an integer of %d bits".formatted(number.bitLength());
      case Number number -> "number " + number;
      case String text -> "'" + shorten(text) + "'";
      case byte[] bytes -> "%d bytes".formatted(bytes.length);
      case Tuple tuple -> "a tuple of %d".formatted(tuple.size());
      case List<?> list -> "a list of %d".formatted(list.size());
      case Map<?, ?> map -> "a dict of %d".formatted(map.size());
      case Set<?> set -> "a set of %d".formatted(set.size());
      case TensorView tensor -> "a tensor of shape " + tensor.shape();
      case GlobalName global -> "the name " + global.name();
      case PickledObject object -> "an object of " + object.type();
      default -> "a " + value.getClass().getSimpleName();
    };
  }

  /// The beginning of a text that may be of any length.
  public static String shorten(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }

  private ValueText() {}
}
