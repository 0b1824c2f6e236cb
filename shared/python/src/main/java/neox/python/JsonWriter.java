package neox.python;

import java.math.BigInteger;
import java.util.Locale;
import java.util.Optional;

/// `json.dumps`, piece by piece and character for character: who has values of whatever kind walks
/// them and says what they are. Not thread-safe.
public final class JsonWriter {
  private final Layout layout;
  private final StringBuilder out = new StringBuilder();
  private int depth;
  private boolean empty;

  /// How the text is laid out: the arguments of `json.dumps`.
  ///
  /// @param escaping `ensure_ascii`
  /// @param indent of one level; empty for one line
  /// @param comma between items
  /// @param colon between a key and its value
  public record Layout(Escaping escaping, Optional<String> indent, String comma, String colon) {
    /// Python's own separators.
    public static Layout of(Escaping escaping, Optional<String> indent) {
      return new Layout(escaping, indent, indent.isPresent() ? "," : ", ", ": ");
    }
  }

  /// Which characters of a text are written as `\…`.
  public enum Escaping {
    /// What JSON demands.
    NEEDED,
    /// And all that is not printable ASCII.
    ASCII
  }

  public JsonWriter(Layout layout) {
    this.layout = layout;
  }

  /// What was written.
  @Override
  public String toString() {
    return out.toString();
  }

  /// `None`.
  public void none() {
    out.append("null");
  }

  /// `True` or `False`.
  public void bool(boolean value) {
    out.append(value);
  }

  /// An `int`.
  public void integer(BigInteger value) {
    out.append(value);
  }

  /// A `float`.
  public void real(double value) {
    out.append(number(value));
  }

  /// A `float` as `json.dumps` writes it.
  public static String number(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    return PythonRepr.of(value);
  }

  /// Opens a list; before each of its values comes [#item].
  public void openList() {
    open('[');
  }

  /// Ends the list that was opened last.
  public void closeList() {
    close(']');
  }

  /// Opens a dictionary; before each of its values comes [#key].
  public void openDict() {
    open('{');
  }

  /// Ends the dictionary that was opened last.
  public void closeDict() {
    close('}');
  }

  /// Begins the next item of a list.
  public void item() {
    out.append(empty ? "" : layout.comma());
    empty = false;
    newLine();
  }

  /// Begins the next item of a dictionary.
  public void key(String key) {
    item();
    text(key);
    out.append(layout.colon());
  }

  private void open(char bracket) {
    out.append(bracket);
    depth++;
    empty = true;
  }

  private void close(char bracket) {
    depth--;
    if (!empty) {
      newLine();
    }
    empty = false; // what it stands in holds this
    out.append(bracket);
  }

  private void newLine() {
    layout.indent().ifPresent(unit -> out.append('\n').repeat(unit, depth));
  }

  /// A `str`.
  public void text(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (isEscaped(c)) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  private boolean isEscaped(char c) {
    return c < 0x20
        || switch (layout.escaping()) {
          case NEEDED -> false;
          case ASCII -> c > 0x7e; // Python escapes DEL too
        };
  }
}
