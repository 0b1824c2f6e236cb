package neox.template.value;

import java.util.List;
import neox.python.PythonText;
import neox.template.value.Arguments.Bound;

/// The methods of Python's strings that look for a part; places are counted in code points.
final class TextSearch {

  static Value call(String text, String name, Arguments arguments) {
    Bound bound = arguments.bind(name, 1, "sub", "start", "end");
    int length = PythonText.length(text);
    int start = place(bound.unlessNone(1).isEmpty() ? 0 : bound.integer(1, 0), length);
    int end = place(bound.unlessNone(2).isEmpty() ? length : bound.integer(2, length), length);
    boolean outside = start > end || start > length;
    String part =
        outside
            ? ""
            : text.substring(text.offsetByCodePoints(0, start), text.offsetByCodePoints(0, end));
    if (name.equals("startswith") || name.equals("endswith")) {
      return Value.Bool.of(!outside && edge(part, name, bound.value(0)));
    }
    String wanted = bound.text(0);
    if (name.equals("count")) {
      return Value.Int.of(outside ? 0 : PythonText.count(part, wanted));
    }
    int found = name.startsWith("r") ? part.lastIndexOf(wanted) : part.indexOf(wanted);
    if (outside || found < 0) {
      if (name.endsWith("index")) {
        throw Fault.of("substring not found");
      }
      return Value.Int.of(-1);
    }
    return Value.Int.of((long) start + part.codePointCount(0, found));
  }

  /// A start beyond the end stays there, since not even the empty string is found in it.
  private static int place(int given, int length) {
    return given < 0 ? Math.max(0, given + length) : given > length ? length + 1 : given;
  }

  private static boolean edge(String text, String name, Value wanted) {
    List<Value> all = wanted instanceof Value.Tuple(List<Value> items, _) ? items : List.of(wanted);
    for (Value one : all) {
      if (!(one instanceof Value.Text(String edge, _))) {
        throw Fault.of("%s first arg must be str or a tuple of str, not %s", name, one.type());
      }
      if (name.equals("startswith") ? text.startsWith(edge) : text.endsWith(edge)) {
        return true;
      }
    }
    return false;
  }

  private TextSearch() {}
}
