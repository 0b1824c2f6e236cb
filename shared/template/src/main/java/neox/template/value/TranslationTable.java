package neox.template.value;

import java.math.BigInteger;
import neox.python.PythonText;
import neox.template.value.Arguments.Bound;

/// What Python's `translate` and `maketrans` work with: numbers of characters to strings, numbers,
/// or `None` for nothing.
final class TranslationTable {
  /// Each character by what the table has for it.
  static Value translate(String text, Value table) {
    if (!(table instanceof Dict dict)) {
      throw Fault.of("translate: expected a dictionary, found '%s'", table.type());
    }
    StringBuilder translated = new StringBuilder();
    for (int c : text.codePoints().toArray()) {
      switch (dict.get(Value.Int.of(c)).orElse(Value.Int.of(c))) {
        case Value.None none -> {}
        case Value.Text(String fresh, _) -> translated.append(fresh);
        case Value.Int(BigInteger number) -> translated.append(FormatSpec.character(number));
        default -> throw Fault.of("character mapping must return integer, None or str");
      }
      Size.require(translated.length());
    }
    return new Value.Text(translated.toString());
  }

  /// What `maketrans` makes of its arguments.
  static Value of(Bound bound) {
    Dict.Builder table = new Dict.Builder();
    if (bound.given(1).isEmpty()) {
      if (!(bound.value(0) instanceof Dict dict)) {
        throw Fault.of("if you give only one argument to maketrans it must be a dict");
      }
      dict.keys().forEach(key -> table.put(point(key), dict.get(key).orElseThrow()));
      return table.build();
    }
    int[] from = bound.text(0).codePoints().toArray();
    int[] to = bound.text(1).codePoints().toArray();
    if (from.length != to.length) {
      throw Fault.of("the first two maketrans arguments must have equal length");
    }
    for (int i = 0; i < from.length; i++) {
      table.put(Value.Int.of(from[i]), Value.Int.of(to[i]));
    }
    bound.text(2, "").codePoints().forEach(c -> table.put(Value.Int.of(c), Value.None.NONE));
    return table.build();
  }

  private static Value point(Value key) {
    if (!(key instanceof Value.Text(String text, _))) {
      return key;
    }
    if (PythonText.length(text) != 1) {
      throw Fault.of("string keys in translate table must be of length 1");
    }
    return Value.Int.of(text.codePointAt(0));
  }

  private TranslationTable() {}
}
