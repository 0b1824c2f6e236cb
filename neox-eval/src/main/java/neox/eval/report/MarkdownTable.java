package neox.eval.report;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A Markdown table laid out as by Python's `pytablewriter`, which reads cells back as numbers:
/// `1.0000` beside a text prints `1`, and a column of numbers shows as many decimals as its longest
/// one needs.
final class MarkdownTable {
  private static final int MIN_WIDTH = 3;

  /// What a cell turns out to be.
  private sealed interface Cell {
    record Empty() implements Cell {}

    record Text(String text) implements Cell {}

    /// @param decimals digits after the point; 0 for whole numbers
    record Figure(double value, int decimals) implements Cell {}
  }

  /// One column laid out: its lines without borders, the head first, the rule second.
  private record Column(List<String> lines) {}

  /// @param rows cells as text, as many per row as there are headers
  static String of(List<String> headers, List<List<String>> rows) {
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
    boolean isText =
        cells.stream().anyMatch(Cell.Text.class::isInstance)
            || cells.stream().allMatch(Cell.Empty.class::isInstance);
    List<String> shown = cells.stream().map(cell -> show(cell, cells, isText)).toList();
    int width = Math.max(MIN_WIDTH, width(header));
    for (String text : shown) {
      width = Math.max(width, width(text));
    }
    List<String> lines = new ArrayList<>();
    int left = (width - width(header)) / 2;
    lines.add(" ".repeat(left) + header + " ".repeat(width - width(header) - left));
    lines.add(isText ? "-".repeat(width) : "-".repeat(width - 1) + ":");
    for (int i = 0; i < shown.size(); i++) {
      String padding = " ".repeat(width - width(shown.get(i)));
      boolean right = !isText || cells.get(i) instanceof Cell.Figure;
      lines.add(right ? padding + shown.get(i) : shown.get(i) + padding);
    }
    return new Column(lines);
  }

  /// From top to bottom: once texts lead among the cells above, everything is kept as text.
  private static List<Cell> parse(List<String> texts) {
    List<Cell> cells = new ArrayList<>();
    for (String text : texts) {
      if (text.isBlank()) {
        cells.add(new Cell.Empty());
      } else {
        cells.add(textsLead(cells) ? new Cell.Text(text) : number(text));
      }
    }
    return cells;
  }

  /// Whether text is the most common kind; the one seen first wins ties.
  private static boolean textsLead(List<Cell> above) {
    int[] counts = new int[4]; // empty, text, whole, real
    int[] firstSeen = {-1, -1, -1, -1};
    for (int i = 0; i < above.size(); i++) {
      int kind =
          switch (above.get(i)) {
            case Cell.Empty x -> 0;
            case Cell.Text x -> 1;
            case Cell.Figure figure -> figure.decimals() == 0 ? 2 : 3;
          };
      counts[kind]++;
      firstSeen[kind] = firstSeen[kind] < 0 ? i : firstSeen[kind];
    }
    for (int kind = 0; kind < counts.length; kind++) {
      boolean ahead =
          counts[kind] > counts[1] || (counts[kind] == counts[1] && firstSeen[kind] < firstSeen[1]);
      if (kind != 1 && ahead) {
        return false;
      }
    }
    return counts[1] > 0;
  }

  private static Cell number(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "nan" -> new Cell.Figure(Double.NaN, 0);
      case "inf" -> new Cell.Figure(Double.POSITIVE_INFINITY, 0);
      case "-inf" -> new Cell.Figure(Double.NEGATIVE_INFINITY, 0);
      default -> decimal(text);
    };
  }

  private static Cell decimal(String text) {
    try {
      BigDecimal value = new BigDecimal(text.strip()).stripTrailingZeros();
      return new Cell.Figure(value.doubleValue(), Math.max(0, value.scale()));
    } catch (NumberFormatException e) {
      return new Cell.Text(text);
    }
  }

  private static String show(Cell cell, List<Cell> column, boolean isText) {
    return switch (cell) {
      case Cell.Empty() -> "";
      case Cell.Text(String text) -> text.replace("|", "\\|");
      case Cell.Figure(double value, int own) -> {
        if (Double.isNaN(value)) {
          yield "NaN";
        }
        if (Double.isInfinite(value)) {
          yield value > 0 ? "Infinity" : "-Infinity";
        }
        int decimals = isText && own == 0 ? 0 : decimals(column);
        yield BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_EVEN).toPlainString();
      }
    };
  }

  private static int decimals(List<Cell> column) {
    return column.stream()
        .mapToInt(cell -> cell instanceof Cell.Figure(double x, int decimals) ? decimals : 0)
        .max()
        .orElse(0);
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }

  private MarkdownTable() {}
}
