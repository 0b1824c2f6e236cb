package neox.evaluation.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// A Markdown table laid out as by Python's `pytablewriter` 1.x, which reads cells back as numbers:
/// `1.0000` beside a text prints `1`, and a column of numbers shows as many decimals as its longest
/// one needs. docs/decisions/0017 tells which of its rules are compared with recorded tables.
public final class MarkdownTable {
  private static final int MIN_WIDTH = 3;

  /// What a cell turns out to be.
  private sealed interface Cell {
    record Empty() implements Cell {}

    record Text(String text) implements Cell {}

    /// @param decimals digits after the point; 0 for whole numbers
    record Figure(BigDecimal value, int decimals) implements Cell {}

    record NotANumber() implements Cell {}

    record Infinite(boolean positive) implements Cell {}
  }

  /// What the cells of a column are together.
  private enum Kind {
    TEXT,
    NUMBERS,
    /// Nothing, or nothing but NaN, or nothing but infinities.
    OTHER
  }

  /// One column laid out: its lines without borders, the head first, the rule second.
  private record Column(List<String> lines) {}

  /// The table's text.
  ///
  /// @param rows cells as text, as many per row as there are headers
  public static String of(List<String> headers, List<List<String>> rows) {
    List<Column> columns = new ArrayList<>();
    for (int i = 0; i < headers.size(); i++) {
      int index = i;
      columns.add(layOut(headers.get(i), rows.stream().map(row -> row.get(index)).toList()));
    }
    StringBuilder out = new StringBuilder();
    for (int line = 0; line < rows.size() + 2; line++) {
      for (Column column : columns) {
        out.append('|').append(column.lines().get(line));
      }
      out.append("|\n");
    }
    return out.toString();
  }

  private static Column layOut(String header, List<String> texts) {
    List<Cell> cells = parse(texts);
    Kind kind = kind(cells);
    List<String> shown = cells.stream().map(cell -> show(cell, cells, kind)).toList();
    int width = Math.max(MIN_WIDTH, width(header));
    for (String text : shown) {
      width = Math.max(width, width(text));
    }
    List<String> lines = new ArrayList<>();
    int left = (width - width(header)) / 2;
    lines.add(" ".repeat(left) + header + " ".repeat(width - width(header) - left));
    lines.add(kind == Kind.NUMBERS ? "-".repeat(width - 1) + ":" : "-".repeat(width));
    for (int i = 0; i < shown.size(); i++) {
      String padding = " ".repeat(width - width(shown.get(i)));
      lines.add(isRight(cells.get(i), kind) ? padding + shown.get(i) : shown.get(i) + padding);
    }
    return new Column(lines);
  }

  private static Kind kind(List<Cell> cells) {
    Set<Class<? extends Cell>> found = new HashSet<>();
    cells.forEach(cell -> found.add(cell.getClass()));
    if (found.contains(Cell.Text.class)) {
      return Kind.TEXT;
    }
    boolean single = found.size() < 2 && !found.contains(Cell.Figure.class);
    return single ? Kind.OTHER : Kind.NUMBERS;
  }

  /// A number among texts stands on the right, what is none as the column does.
  private static boolean isRight(Cell cell, Kind column) {
    return switch (column) {
      case NUMBERS -> true;
      case TEXT -> cell instanceof Cell.Figure;
      case OTHER -> false;
    };
  }

  /// From top to bottom: once texts lead among the cells above, everything is kept as text.
  private static List<Cell> parse(List<String> texts) {
    List<Cell> cells = new ArrayList<>();
    Map<String, Integer> above = new LinkedHashMap<>();
    for (String text : texts) {
      Cell cell = text.isEmpty() || !textsLead(above) ? cell(text) : new Cell.Text(text);
      cells.add(cell);
      above.merge(name(cell), 1, Integer::sum);
    }
    return cells;
  }

  /// Whether text is the most common type; the one seen first wins ties.
  private static boolean textsLead(Map<String, Integer> above) {
    String leading = "";
    for (Map.Entry<String, Integer> type : above.entrySet()) {
      if (type.getValue() > above.getOrDefault(leading, 0)) {
        leading = type.getKey();
      }
    }
    return leading.equals("text");
  }

  /// The name of its type.
  private static String name(Cell cell) {
    return switch (cell) {
      case Cell.Empty() -> "empty";
      case Cell.Text text -> "text";
      case Cell.Figure figure -> figure.decimals() == 0 ? "integer" : "real";
      case Cell.NotANumber() -> "nan";
      case Cell.Infinite infinite -> "infinity";
    };
  }

  private static Cell cell(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "" -> new Cell.Empty();
      case "nan" -> new Cell.NotANumber();
      case "inf", "infinity" -> new Cell.Infinite(true);
      case "-inf", "-infinity" -> new Cell.Infinite(false);
      default -> decimal(text);
    };
  }

  private static Cell decimal(String text) {
    try {
      BigDecimal value = new BigDecimal(text.strip()).stripTrailingZeros();
      return new Cell.Figure(value, Math.max(0, value.scale()));
    } catch (NumberFormatException e) {
      return new Cell.Text(text);
    }
  }

  private static String show(Cell cell, List<Cell> column, Kind kind) {
    return switch (cell) {
      case Cell.Empty() -> "";
      case Cell.Text(String text) -> text.replace("|", "\\|");
      case Cell.NotANumber() -> "NaN";
      case Cell.Infinite(boolean positive) -> positive ? "Infinity" : "-Infinity";
      case Cell.Figure(BigDecimal value, int own) -> {
        int decimals = kind == Kind.TEXT && own == 0 ? 0 : decimals(column);
        yield value.setScale(decimals, RoundingMode.UNNECESSARY).toPlainString();
      }
    };
  }

  private static int decimals(List<Cell> column) {
    return column.stream()
        .mapToInt(
            cell -> cell instanceof Cell.Figure(BigDecimal value, int decimals) ? decimals : 0)
        .max()
        .orElse(0);
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  private MarkdownTable() {}
}
