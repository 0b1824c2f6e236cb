package neox.data.indexed;

/// Where the arrays of an index lie in its file.
///
/// @param items entries of the sizes and of the pointers
/// @param documents entries of the document index
/// @param pointerUnit bytes per unit of a pointer
/// @param end where the file must end
record IndexArrays(
    long items,
    long documents,
    long sizesAt,
    long pointersAt,
    int pointerUnit,
    long documentsAt,
    long end) {

  static IndexArrays mmap(long items, long documents) {
    long sizesAt = IndexFormat.HEADER_BYTES;
    long pointersAt = sizesAt + 4 * items;
    long documentsAt = pointersAt + 8 * items;
    return new IndexArrays(
        items, documents, sizesAt, pointersAt, 1, documentsAt, documentsAt + 8 * documents);
  }

  /// Items of one dimension: as many sizes as items.
  static IndexArrays cached(long items, long documents, int tokenBytes) {
    long dimensionsAt = IndexFormat.LEGACY_HEADER_BYTES;
    long pointersAt = dimensionsAt + 8 * (items + 1);
    long sizesAt = pointersAt + 8 * (items + 1);
    long documentsAt = sizesAt + 8 * items;
    return new IndexArrays(
        items,
        documents,
        sizesAt,
        pointersAt,
        tokenBytes,
        documentsAt,
        documentsAt + 8 * documents);
  }

  /// Whether a file of this length holds exactly these arrays.
  boolean fill(long bytes) {
    long limit = bytes / 8; // keeps a damaged count from overflowing the sums above
    boolean plausible = items >= 0 && items <= limit && documents >= 0 && documents <= limit;
    return plausible && end == bytes;
  }
}
