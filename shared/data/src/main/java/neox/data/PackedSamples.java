package neox.data;

import java.util.Objects;

/// Samples cut out of documents laid end to end; neighbours share one token.
final class PackedSamples implements TokenSamples {
  private final IndexedTokens tokens;
  private final PackedIndex index;
  private final int length;
  private final long cuts;

  PackedSamples(IndexedTokens tokens, PackedIndex index, int seqLength) {
    this.tokens = tokens;
    this.index = index;
    this.length = seqLength + 1;
    this.cuts = index.shuffle().length();
  }

  @Override
  public long count() {
    return Math.max(0, cuts - 1); // NeoX compat: it never uses the last one
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void get(long i, int[] out) {
    Objects.checkIndex(i, Long.MAX_VALUE);
    // NeoX compat: blends may ask past the end; the cut that `count` leaves out still answers.
    long row = index.shuffle().get(i < cuts ? i : i % count());
    long position = index.firstDocument(row);
    long last = index.firstDocument(row + 1);
    long offset = index.firstOffset(row);
    int filled = 0;
    for (; position < last; position++) {
      long document = index.documents().get(position);
      int rest = tokens.size(document) - (int) offset;
      tokens.read(document, (int) offset, rest, out, filled);
      filled += rest;
      offset = 0;
    }
    int rest = length - filled;
    tokens.read(index.documents().get(last), (int) offset, rest, out, filled);
  }
}
