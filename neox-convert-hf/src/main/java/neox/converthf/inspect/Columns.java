package neox.converthf.inspect;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/// A table whose rows are printed as they come: the widths of its columns are known before.
final class Columns {
  private static final String GAP = "  ";

  /// A column.
  ///
  /// @param width of its widest cell
  record Column(String title, Side side, int width) {
    int characters() {
      return Math.max(title.length(), width);
    }
  }

  /// Where cells stand in their column.
  enum Side {
    LEFT,
    RIGHT
  }

  private final List<Column> columns;
  private final PrintStream out;

  Columns(List<Column> columns, PrintStream out) {
    this.columns = List.copyOf(columns);
    this.out = out;
  }

  void head() {
    row(columns.stream().map(Column::title).toList());
  }

  void row(List<String> cells) {
    List<String> padded = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      String cell = cells.get(i);
      String blanks = " ".repeat(Math.max(0, columns.get(i).characters() - cell.length()));
      padded.add(
          switch (columns.get(i).side()) {
            case LEFT -> cell + blanks;
            case RIGHT -> blanks + cell;
          });
    }
    out.println(String.join(GAP, padded).stripTrailing());
  }
}
