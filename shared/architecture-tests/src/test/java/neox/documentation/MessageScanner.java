package neox.documentation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds in a source the messages that end a tool with exit code 2: the first text among the
/// arguments of what makes a `UserException`, or adds a problem to one.
final class MessageScanner {
  private static final Pattern CALL =
      Pattern.compile(
          "(?:UserException\\.of|new UserException|problems\\.add|\\.check|fault|\\brefused?"
              + "|\\bwrong|\\bmalformed|\\bdamaged)\\(");
  private static final Pattern LITERAL = Pattern.compile("\\G\\s*\"((?:\\\\.|[^\"\\\\])*)\"");
  private static final Pattern FORMAT = Pattern.compile("%[,.\\d]*[a-z]");

  /// What stands for the part that differs from one occasion to the next.
  private static final String BLANK = "…";

  /// The messages of a source in their order, with `…` for what is filled in.
  static List<String> messages(String source) {
    List<String> messages = new ArrayList<>();
    Matcher call = CALL.matcher(source);
    while (call.find()) {
      int at = firstLiteral(source, call.end());
      if (at >= 0) {
        String message = text(source, at);
        if (isSentence(message) && !messages.contains(message)) {
          messages.add(message);
        }
      }
    }
    return messages;
  }

  /// A name or a mark that is handed on is none.
  private static boolean isSentence(String message) {
    return message.replace(BLANK, "").strip().split("\\s+").length >= 2;
  }

  /// Where the first literal among the arguments begins, or -1: nested calls are stepped over.
  private static int firstLiteral(String source, int from) {
    int depth = 0;
    for (int i = from; i < source.length(); i++) {
      switch (source.charAt(i)) {
        case '(', '{', '[' -> depth++;
        case ')', '}', ']' -> {
          if (--depth < 0) {
            return -1;
          }
        }
        case ';' -> {
          return -1;
        }
        case '\'' -> i += source.charAt(i + 1) == '\\' ? 3 : 2;
        case '"' -> {
          if (depth == 0) {
            return i;
          }
          i = endOfLiteral(source, i);
        }
        default -> {}
      }
    }
    return -1;
  }

  private static int endOfLiteral(String source, int begin) {
    int i = begin + 1;
    while (source.charAt(i) != '"') {
      i += source.charAt(i) == '\\' ? 2 : 1;
    }
    return i;
  }

  /// Literals with `+` between them; other terms of the sum are blanks.
  private static String text(String source, int begin) {
    StringBuilder text = new StringBuilder();
    int i = begin;
    int depth = 0;
    boolean blank = false;
    while (i < source.length()) {
      char c = source.charAt(i);
      if (c == '"' && depth == 0) {
        Matcher literal = LITERAL.matcher(source).region(i, source.length());
        if (!literal.find()) {
          break;
        }
        text.append(blank ? BLANK : "").append(literal.group(1));
        blank = false;
        i = literal.end();
        continue;
      }
      if (depth == 0 && (c == ',' || c == ')' || c == ';' || c == '?' || c == ':')) {
        break;
      }
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
      blank |= !Character.isWhitespace(c) && c != '+';
      i++;
    }
    text.insert(
        0, !text.isEmpty() && text.charAt(0) == ':' ? BLANK : ""); // what is named before it
    String whole = text.append(blank ? BLANK : "").toString();
    return FORMAT
        .matcher(
            whole
                .replace("\\\"", "\"")
                .replace("\\\\", "\\")
                .replace("%%", "%")
                .replace("%n", " ")
                .replace("\\n", " "))
        .replaceAll(BLANK);
  }

  private MessageScanner() {}
}
