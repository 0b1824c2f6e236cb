package neox.config.table;

/// Where a piece of configuration was written.
///
/// @param file as the caller named it, or the option on the command line
/// @param line counted from 1; 0 when the file as a whole is meant, -1 for an option
public record Origin(String file, int line) {
  /// Values given by `--set`.
  public static final Origin OVERRIDE = option("--set");

  /// Values given by an option of their own, such as `--iteration`.
  public static Origin option(String name) {
    return new Origin(name, -1);
  }

  /// Whether it was typed on the command line.
  public boolean isOption() {
    return line < 0;
  }

  /// `a key: what is wrong with it` as a message about this place. An option that is named after
  /// the key speaks for it.
  String message(String text) {
    String key = file.replaceFirst("^--?", "").replace('-', '_') + ": ";
    boolean repeats = isOption() && text.startsWith(key);
    return this + ": " + (repeats ? text.substring(key.length()) : text);
  }

  @Override
  public String toString() {
    return line <= 0 ? file : file + ":" + line;
  }
}
