package neox.preprocess.parquet;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Puts the entries of a column together to rows.
final class ColumnReader {
  private static final Cell NULL = new Cell.Null();
  private static final int BYTES_PER_ELEMENT = 64;

  private final PageReader pages;
  private final TextField field;
  private final int most;
  private Page page = new Page(0, new byte[0], new byte[0], Slices.NONE, 0);
  private int entry;
  private int value;

  /// @param most bytes of a row that may be in memory at once
  ColumnReader(PageReader pages, TextField field, int most) {
    this.most = most;
    this.pages = pages;
    this.field = field;
  }

  /// The cell of the next row; there must be one.
  Cell next() throws IOException {
    if (!hasEntry()) {
      throw new ParquetException("damaged: a column with too few rows");
    }
    return field.isList() ? list() : single();
  }

  /// Turns to the next page where one ends.
  private boolean hasEntry() throws IOException {
    while (entry == page.entries()) {
      Optional<Page> next = pages.next();
      if (next.isEmpty()) {
        return false;
      }
      page = next.get();
      entry = 0;
      value = 0;
    }
    return true;
  }

  private Cell single() {
    if (page.unreadBytes() > 0) {
      entry++;
      return new Cell.TooLong(page.unreadBytes());
    }
    return page.definition()[entry++] < field.maxDefinition() ? NULL : text();
  }

  private Cell text() {
    Slices values = page.values();
    Cell text = new Cell.Text(values.bytes(), values.from()[value], values.to()[value]);
    value++;
    return text;
  }

  /// A row's first entry says whether there is a list and whether it is empty.
  private Cell list() throws IOException {
    int level = page.definition()[entry];
    if (level < field.elementAt()) {
      entry++;
      return level < field.definedAt() ? NULL : new Cell.Texts(List.of());
    }
    List<Cell> elements = new ArrayList<>();
    do {
      elements.add(single());
      if (elements.size() > most / BYTES_PER_ELEMENT) {
        throw ParquetException.notRead("a list of more than %d elements", elements.size() - 1);
      }
    } while (hasEntry() && page.repetition()[entry] > 0);
    return new Cell.Texts(elements);
  }
}
