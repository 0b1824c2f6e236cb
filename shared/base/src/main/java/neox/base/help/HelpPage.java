package neox.base.help;

import java.util.ArrayList;
import java.util.List;

/// The help of a command as it is before it is laid out for a width, and the text that `make dist`
/// keeps it in: a line for each part, whose first letter says which.
///
/// Parts lay themselves out: a `switch` over them would take half as long as all the rest of
/// `--help` (docs/decisions/0046).
public record HelpPage(List<Part> parts) {
  /// The narrowest that is laid out; a narrower window breaks lines itself.
  private static final int NARROWEST = 20;

  private static final int ROOM_FOR_TWO_COLUMNS = 64;
  private static final int MEANING_AT = 26;

  /// What follows each other on the page.
  public sealed interface Part {
    /// Lays it out.
    ///
    /// @param meaningAt the column in which meanings begin; 0: on lines of their own
    void lay(Paragraphs page, int meaningAt);

    /// The line it is kept in.
    String kept();
  }

  /// How the command is written: its name, then the words of its arguments.
  record Usage(String start, String words) implements Part {
    private static final int INDENT = 7;

    @Override
    public void lay(Paragraphs page, int meaningAt) {
      page.wrap(words, start, INDENT, "");
    }

    @Override
    public String kept() {
      return "U" + start + "\t" + words;
    }
  }

  record Blank() implements Part {
    @Override
    public void lay(Paragraphs page, int meaningAt) {
      page.blank();
    }

    @Override
    public String kept() {
      return "B";
    }
  }

  /// Prose, or, where it begins with blanks, a row of a table or a command to type.
  record Text(String line) implements Part {
    @Override
    public void lay(Paragraphs page, int meaningAt) {
      page.add(line);
    }

    @Override
    public String kept() {
      return "T" + line;
    }
  }

  /// An argument, option or subcommand and what it means.
  record Entry(String term, String meaning) implements Part {
    @Override
    public void lay(Paragraphs page, int meaningAt) {
      page.entry(term, meaning, meaningAt);
    }

    @Override
    public String kept() {
      return "E" + term + "\t" + meaning;
    }
  }

  /// An option without a short name: where there is a column of those, its place stays free.
  record LongOption(String term, String meaning) implements Part {
    @Override
    public void lay(Paragraphs page, int meaningAt) {
      page.entry(meaningAt == 0 ? term : "    " + term, meaning, meaningAt);
    }

    @Override
    public String kept() {
      return "L" + term + "\t" + meaning;
    }
  }

  public HelpPage {
    parts = List.copyOf(parts);
  }

  /// The page for so many columns.
  public String laidOut(int columns) {
    Paragraphs page = new Paragraphs(Math.max(NARROWEST, columns));
    int meaningAt = columns < ROOM_FOR_TWO_COLUMNS ? 0 : MEANING_AT;
    for (Part part : parts) {
      part.lay(page, meaningAt);
    }
    return page.toString();
  }

  /// The text to keep.
  public String kept() {
    StringBuilder text = new StringBuilder();
    for (Part part : parts) {
      String line = part.kept();
      if (line.indexOf('\n') >= 0) {
        throw new IllegalStateException("a part of a help page has several lines: " + line);
      }
      text.append(line).append('\n');
    }
    return text.toString();
  }

  /// The page that was kept as `text`.
  public static HelpPage read(String text) {
    List<Part> parts = new ArrayList<>();
    for (int from = 0; from < text.length(); ) {
      int end = text.indexOf('\n', from);
      parts.add(part(text.substring(from, end)));
      from = end + 1;
    }
    return new HelpPage(parts);
  }

  private static Part part(String line) {
    int tab = line.indexOf('\t');
    return switch (line.charAt(0)) {
      case 'U' -> new Usage(line.substring(1, tab), line.substring(tab + 1));
      case 'E' -> new Entry(line.substring(1, tab), line.substring(tab + 1));
      case 'L' -> new LongOption(line.substring(1, tab), line.substring(tab + 1));
      case 'T' -> new Text(line.substring(1));
      case 'B' -> new Blank();
      default -> throw new IllegalStateException("no part of a help page: " + line);
    };
  }
}
