package neox.evaluation.yaml;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;
import neox.template.value.Value;
import org.yaml.snakeyaml.nodes.Tag;

/// The value of one word with its tag.
final class PyYamlScalar {
  private static final BigInteger SIXTY = BigInteger.valueOf(60);

  /// The value; empty when the text is not what its tag says.
  static Optional<Value> of(Tag tag, String text) {
    try {
      if (tag.equals(Tag.STR)) {
        return Optional.of(Value.of(text));
      }
      if (tag.equals(Tag.NULL)) {
        return Optional.of(Value.None.NONE);
      }
      if (tag.equals(Tag.BOOL)) {
        return truth(text);
      }
      if (tag.equals(Tag.INT)) {
        return Optional.of(new Value.Int(whole(text.replace("_", ""))));
      }
      if (tag.equals(Tag.FLOAT)) {
        return Optional.of(new Value.Real(real(text.replace("_", ""))));
      }
      return Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static Optional<Value> truth(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "yes", "true", "on" -> Optional.of(Value.Bool.TRUE);
      case "no", "false", "off" -> Optional.of(Value.Bool.FALSE);
      default -> Optional.empty();
    };
  }

  private static BigInteger whole(String text) {
    String digits = unsigned(text);
    BigInteger value;
    if (digits.startsWith("0b")) {
      value = new BigInteger(digits.substring(2), 2);
    } else if (digits.startsWith("0x")) {
      value = new BigInteger(digits.substring(2), 16);
    } else if (digits.startsWith("0")) {
      value = new BigInteger(digits, 8);
    } else {
      value = BigInteger.ZERO;
      for (String part : digits.split(":", -1)) { // one part, unless the base is 60
        value = value.multiply(SIXTY).add(new BigInteger(part));
      }
    }
    return text.startsWith("-") ? value.negate() : value;
  }

  private static double real(String text) {
    String digits = unsigned(text).toLowerCase(Locale.ROOT);
    double value =
        switch (digits) {
          case ".inf" -> Double.POSITIVE_INFINITY;
          case ".nan" -> Double.NaN;
          default -> 0;
        };
    if (value == 0) {
      for (String part : digits.split(":", -1)) {
        value = value * 60 + Double.parseDouble(part);
      }
    }
    return text.startsWith("-") ? -value : value;
  }

  private static String unsigned(String text) {
    return text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
  }

  private PyYamlScalar() {}
}
