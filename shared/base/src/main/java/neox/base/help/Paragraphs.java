package neox.base.help;

import java.util.ArrayList;
import java.util.List;

/// Text laid out for a number of columns. Mutable.
final class Paragraphs {
  private static final int HANGING = 4;

  private final int columns;
  private final StringBuilder text = new StringBuilder();

  Paragraphs(int columns) {
    this.columns = columns;
  }

  void blank() {
    text.append('\n');
  }

  /// A paragraph of prose; a line that begins with blanks is laid out as a row of a table, or as a
  /// command to type.
  void add(String line) {
    int indent = line.length() - line.stripLeading().length();
    String content = line.strip();
    if (indent == 0) {
      wrap(content, "", 0, "");
    } else if (content.contains("neox-") && !content.contains("  ")) {
      wrap(content, " ".repeat(indent), indent + HANGING, " \\");
    } else {
      row(content, indent);
    }
  }

  /// A row keeps its gap when it fits, and continues below its last cell when it does not.
  private void row(String content, int indent) {
    int gap = content.lastIndexOf("  ");
    String lead = " ".repeat(indent);
    if (gap < 0 || indent + content.length() <= columns) {
      wrap(content, lead, indent + HANGING, "");
      return;
    }
    int cell = indent + gap + 2;
    if (cell <= columns / 2) {
      wrap(content.substring(gap + 2), lead + content.substring(0, gap + 2), cell, "");
      return;
    }
    wrap(content.substring(0, gap).strip(), lead, indent + HANGING, "");
    wrap(content.substring(gap + 2), " ".repeat(indent + HANGING), indent + HANGING, "");
  }

  /// A term and what it means, in two columns when there is room.
  ///
  /// @param at where the meaning begins; 0: always on a line of its own
  void entry(String term, String meaning, int at) {
    String lead = "  " + term;
    if (meaning.isEmpty()) {
      wrap(term, "  ", 2 * HANGING, "");
    } else if (at > 0 && lead.length() + 2 <= at) {
      wrap(meaning, lead + " ".repeat(at - lead.length()), at, "");
    } else {
      int indent = at > 0 ? at : 2 + HANGING;
      wrap(term, "  ", HANGING, "");
      wrap(meaning, " ".repeat(indent), indent, "");
    }
  }

  /// Fills lines with the words of `content`; text that fits is left as it is.
  ///
  /// @param first what the first line begins with
  /// @param indent how far the others are set in
  /// @param continued what ends each line but the last
  void wrap(String content, String first, int indent, String continued) {
    if (first.length() + content.length() <= columns) {
      text.append((first + content).stripTrailing()).append('\n');
      return;
    }
    StringBuilder line = new StringBuilder(first);
    boolean empty = first.isBlank();
    for (String word : words(content)) {
      if (!empty && line.length() + gap(line) + word.length() + continued.length() > columns) {
        text.append(line.toString().stripTrailing()).append(continued).append('\n');
        line.setLength(0);
        line.append(" ".repeat(indent));
        empty = true;
      }
      line.append(" ".repeat(empty ? 0 : gap(line))).append(word);
      empty = false;
    }
    text.append(line).append('\n');
  }

  /// The blanks between what is on a line and a further word.
  private static int gap(StringBuilder line) {
    return line.charAt(line.length() - 1) == ' ' ? 0 : 1;
  }

  /// What stands in quotes is one word.
  private static List<String> words(String content) {
    List<String> words = new ArrayList<>();
    for (String word : content.split(" +", -1)) {
      String last = words.isEmpty() ? "" : words.getLast();
      if (last.startsWith("'") && last.indexOf('\'', 1) < 0) {
        words.set(words.size() - 1, last + " " + word);
      } else {
        words.add(word);
      }
    }
    return words;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
