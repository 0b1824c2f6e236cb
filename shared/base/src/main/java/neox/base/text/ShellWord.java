package neox.base.text;

import java.util.regex.Pattern;

/// Words for commands that a person copies.
public final class ShellWord {
  private static final Pattern PLAIN = Pattern.compile("[\\w@%+=:,./-]+");

  /// As a shell takes it for one word, in quotes where it needs them.
  public static String quoted(Object word) {
    String text = word.toString();
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  private ShellWord() {}
}
