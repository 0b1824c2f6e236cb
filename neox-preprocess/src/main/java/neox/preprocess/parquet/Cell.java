package neox.preprocess.parquet;

import java.util.List;

/// What a row holds in one column.
public sealed interface Cell {
  /// Nothing.
  record Null() implements Cell {}

  /// A string, `bytes[from, to)`, in UTF-8 if the writer kept to the rules.
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Text(byte[] bytes, int from, int to) implements Cell {}

  /// A string in a page that is too large for the memory.
  record TooLong(long pageBytes) implements Cell {}

  /// A list; its elements are no lists.
  record Texts(List<Cell> elements) implements Cell {
    public Texts {
      elements = List.copyOf(elements);
    }
  }
}
