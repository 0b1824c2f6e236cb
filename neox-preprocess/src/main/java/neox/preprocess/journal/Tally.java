package neox.preprocess.journal;

/// What was counted so far, beside the documents.
///
/// @param bytes of text, after decompression
/// @param skippedRows rows that could not become documents
/// @param incompleteFiles files whose rest was left out
/// @param emptied documents that mending made empty
/// @param reportBytes length of the report on skipped rows
public record Tally(
    long bytes, long skippedRows, long incompleteFiles, long emptied, long reportBytes) {
  public static final Tally NOTHING = new Tally(0, 0, 0, 0, 0);
}
