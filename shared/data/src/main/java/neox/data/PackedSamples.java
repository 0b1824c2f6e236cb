package neox.data;

import java.util.ArrayList;
import java.util.List;
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
    int filled = 0;
    for (SamplePiece piece : pieces(i)) {
      tokens.read(piece.document(), piece.offset(), piece.length(), out, filled);
      filled += piece.length();
    }
  }

  @Override
  public List<SamplePiece> pieces(long i) {
    Objects.checkIndex(i, Long.MAX_VALUE);
    // NeoX compat: blends may ask past the end; the cut that `count` leaves out still answers.
    long row = index.shuffle().get(i < cuts ? i : i % count());
    long position = index.firstDocument(row);
    long last = index.firstDocument(row + 1);
    int offset = (int) index.firstOffset(row);
    List<SamplePiece> pieces = new ArrayList<>();
    int room = length;
    for (; position < last; position++) {
      long document = index.documents().get(position);
      int rest = tokens.size(document) - offset;
      pieces.add(new SamplePiece(tokens.prefix(), document, offset, rest));
      room -= rest;
      offset = 0;
    }
    pieces.add(new SamplePiece(tokens.prefix(), index.documents().get(last), offset, room));
    return pieces;
  }
}
