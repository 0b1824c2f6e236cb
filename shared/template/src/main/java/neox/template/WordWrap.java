package neox.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.python.PythonText;
import neox.template.value.Arguments;
import neox.template.value.Arguments.Bound;
import neox.template.value.Fault;
import neox.template.value.Value;

/// Lines of a given width: the filter `wordwrap`, by the rules of Python's `textwrap`.
final class WordWrap {
  private static final String SPACE = "[\\t\\n\\x0b\\f\\r ]";
  private static final String NO_SPACE = "[^\\t\\n\\x0b\\f\\r ]";
  private static final String PUNCTUATION = "[\\w!\"'&.,?]";
  private static final String LETTER = "[^\\d\\W]";

  /// White space; dashes between words; a word up to a hyphen, its end or such dashes.
  private static final Pattern PIECE =
      Pattern.compile(
          "("
              + SPACE
              + "+|(?<="
              + PUNCTUATION
              + ")-{2,}(?=\\w)|"
              + NO_SPACE
              + "+?(?:-(?:(?<="
              + LETTER
              + "{2}-)|(?<="
              + LETTER
              + "-"
              + PUNCTUATION
              + "-))(?="
              + LETTER
              + "-?"
              + LETTER
              + ")|(?="
              + SPACE
              + "|\\z)|(?<="
              + PUNCTUATION
              + ")(?=-{2,}\\w)))",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern RUN = Pattern.compile(SPACE + "+|" + NO_SPACE + "+");

  private final int width;
  private final boolean breakWords;
  private final boolean breakHyphens;

  private WordWrap(int width, boolean breakWords, boolean breakHyphens) {
    this.width = width;
    this.breakWords = breakWords;
    this.breakHyphens = breakHyphens;
  }

  static Value filter(String text, Arguments arguments) {
    Bound bound =
        arguments.bind(
            "wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
    String between = bound.unlessNone(2).isPresent() ? bound.text(2) : "\n";
    WordWrap wrap =
        new WordWrap(
            bound.integer(0, 79),
            bound.given(1).isEmpty() || bound.isTrue(1),
            bound.given(3).isEmpty() || bound.isTrue(3));
    List<String> wrapped =
        PythonText.lines(text, false).stream()
            .map(line -> String.join(between, wrap.lines(line)))
            .toList();
    return new Value.Text(String.join(between, wrapped));
  }

  private List<String> lines(String text) {
    if (width <= 0) {
      throw Fault.of("invalid width %d (must be > 0)", width);
    }
    Deque<String> pieces = pieces(text);
    List<String> lines = new ArrayList<>();
    while (!pieces.isEmpty()) {
      Deque<String> line = new ArrayDeque<>();
      int length = 0;
      if (isBlank(pieces.getFirst()) && !lines.isEmpty()) {
        pieces.removeFirst();
      }
      while (!pieces.isEmpty() && length + PythonText.length(pieces.getFirst()) <= width) {
        length += PythonText.length(pieces.getFirst());
        line.addLast(pieces.removeFirst());
      }
      if (!pieces.isEmpty() && PythonText.length(pieces.getFirst()) > width) {
        takeLong(pieces, line, length);
      }
      if (!line.isEmpty() && isBlank(line.getLast())) {
        line.removeLast();
      }
      if (!line.isEmpty()) {
        lines.add(String.join("", line));
      }
    }
    return lines;
  }

  /// A word that is longer than a line is cut, if it may be, or gets a line of its own.
  private void takeLong(Deque<String> pieces, Deque<String> line, int length) {
    int room = width - length;
    if (breakWords) {
      String word = pieces.removeFirst();
      int end = cut(word, room);
      line.addLast(word.substring(0, end));
      pieces.addFirst(word.substring(end));
    } else if (line.isEmpty()) {
      line.addLast(pieces.removeFirst());
    }
  }

  /// Where to cut a word: behind a hyphen that fits, else where the room ends.
  private int cut(String word, int room) {
    int end = word.offsetByCodePoints(0, Math.min(room, PythonText.length(word)));
    if (breakHyphens && PythonText.length(word) > room) {
      int hyphen = word.lastIndexOf('-', end - 1);
      if (hyphen > 0 && word.substring(0, hyphen).chars().anyMatch(c -> c != '-')) {
        return hyphen + 1;
      }
    }
    return end;
  }

  private Deque<String> pieces(String text) {
    Deque<String> pieces = new ArrayDeque<>();
    Matcher matcher = (breakHyphens ? PIECE : RUN).matcher(text);
    int at = 0;
    while (matcher.find()) {
      if (matcher.start() > at) {
        pieces.add(text.substring(at, matcher.start()));
      }
      if (!matcher.group().isEmpty()) {
        pieces.add(matcher.group());
      }
      at = matcher.end();
    }
    if (at < text.length()) {
      pieces.add(text.substring(at));
    }
    return pieces;
  }

  private static boolean isBlank(String piece) {
    return PythonText.strip(piece).isEmpty();
  }
}
