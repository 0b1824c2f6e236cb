package neox.evaluation.function;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;

/// The columns of a document, or of an object in one; a [Fault] that names the column when it is
/// missing or holds something else.
///
/// @param path what stands before a column's name in messages
record Fields(Dict dict, String path) {
  static Fields of(Dict dict) {
    return new Fields(dict, "");
  }

  Value value(String name) {
    return dict.get(name)
        .orElseThrow(() -> Fault.of("the document has no \"%s\"; it has %s", path + name, names()));
  }

  private String names() {
    List<String> names = new ArrayList<>();
    dict.keys().forEach(key -> names.add(key instanceof Value.Text(String text, _) ? text : "?"));
    return String.join(", ", names);
  }

  String text(String name) {
    return text(name, value(name));
  }

  private String text(String name, Value value) {
    if (value instanceof Value.Text(String text, _)) {
      return text;
    }
    throw wrong(name, "a text", value);
  }

  /// An integer, or its digits as text, which is what Python's `int` takes.
  int integer(String name) {
    Value value = value(name);
    return switch (value) {
      case Value.Int(BigInteger number) when number.bitLength() < Integer.SIZE -> number.intValue();
      case Value.Bool(boolean flag) -> flag ? 1 : 0;
      case Value.Text(String text, _) when PythonText.strip(text).matches("[-+]?[0-9]{1,9}") ->
          Integer.parseInt(PythonText.strip(text));
      default -> throw wrong(name, "an integer", value);
    };
  }

  List<Value> list(String name) {
    Value value = value(name);
    return switch (value) {
      case Value.Listing(List<Value> items) -> items;
      case Value.Tuple(List<Value> items, _) -> items;
      default -> throw wrong(name, "a list", value);
    };
  }

  List<String> texts(String name) {
    return list(name).stream().map(item -> text(name, item)).toList();
  }

  Fields object(String name) {
    return object(name, value(name));
  }

  List<Fields> objects(String name) {
    return list(name).stream().map(item -> object(name, item)).toList();
  }

  private Fields object(String name, Value value) {
    if (value instanceof Dict object) {
      return new Fields(object, path + name + ".");
    }
    throw wrong(name, "an object", value);
  }

  /// The dictionary with some columns replaced or added.
  Dict.Builder changed() {
    return new Dict.Builder().putAll(dict);
  }

  /// A column that should have held something else.
  Fault wrong(String name, String expected, Value value) {
    return Fault.of("\"%s\" must be %s, found '%s'", path + name, expected, value.type());
  }

  static Value listing(List<String> texts) {
    return new Value.Listing(texts.stream().map(Value::of).toList());
  }
}
