package neox.preprocess.journal;

/// A place in the corpus: everything before it has been dealt with.
///
/// @param file how many files lie wholly before it
/// @param units how much of the next file does: bytes of text lines, or documents
/// @param offset where the next line begins in the bytes of that file, if it is one of lines
/// @param lines how many lines of it come before
/// @param checksum of the units before it, to see whether the file is still the same
public record Place(int file, long units, long offset, long lines, int checksum) {
  /// Before everything.
  public static final Place START = startOf(0);

  /// Whether nothing lies before this.
  public boolean nothingBefore() {
    return file == 0 && units == 0;
  }

  /// Before the first unit of a file.
  public static Place startOf(int file) {
    return new Place(file, 0, 0, 0, 0);
  }
}
