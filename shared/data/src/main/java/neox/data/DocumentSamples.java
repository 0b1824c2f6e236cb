package neox.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import neox.base.UserException;
import neox.data.fim.FillInTheMiddle;
import neox.data.fim.FillInTheMiddle.Reader;

/// Samples made of documents, or of parts of them, in an order that was built before.
///
/// A sample reaches from where its row begins up to and including the token where the next row
/// begins; what is too long is cut off, what is too short is padded.
final class DocumentSamples implements TokenSamples {
  private static final int PADDING = 0;

  private final Corpus corpus;
  private final Reader tokens;
  private final SampleOrder order;
  private final Shape shape;

  /// @param length tokens of a sample
  private record Shape(int length, boolean hasLabels) {}

  /// @param padded some samples may be shorter than the sequence
  DocumentSamples(Corpus corpus, SampleOrder order, int seqLength, boolean padded) {
    this(
        corpus,
        corpus.tokens()::read,
        order,
        new Shape(seqLength + 1, padded || corpus.labels().isPresent()));
  }

  private DocumentSamples(Corpus corpus, Reader tokens, SampleOrder order, Shape shape) {
    this.corpus = corpus;
    this.tokens = tokens;
    this.order = order;
    this.shape = shape;
  }

  /// The same samples of documents some of which are reordered.
  DocumentSamples reordered(FillInTheMiddle fim) {
    return new DocumentSamples(
        corpus, fim.ofDocuments(tokens, corpus.tokens()::size), order, shape);
  }

  @Override
  public long count() {
    return Math.max(0, order.shuffle().length() - 1); // NeoX compat: it never uses the last one
  }

  @Override
  public int length() {
    return shape.length();
  }

  @Override
  public void get(long i, int[] out) {
    fill(tokens, i, out, PADDING);
    for (int k = 0; k < shape.length(); k++) {
      if (out[k] < 0) {
        throw UserException.of(
            "%s.bin: sample %d holds %d, which is no token: the file is damaged, or its index"
                + " names a wrong type",
            corpus.tokens().prefix(), i, out[k]);
      }
    }
  }

  @Override
  public boolean hasLabels() {
    return shape.hasLabels();
  }

  @Override
  public void labels(long i, int[] out) {
    Reader labels = corpus.labels().<Reader>map(each -> each::read).orElse(tokens);
    fill(labels, i, out, EligibleDocuments.NO_LABEL);
  }

  private void fill(Reader source, long i, int[] out, int padding) {
    int filled = 0;
    for (SamplePiece piece : pieces(i)) {
      source.read(piece.document(), piece.offset(), piece.length(), out, filled);
      filled += piece.length();
    }
    Arrays.fill(out, filled, shape.length(), padding);
  }

  @Override
  public boolean hasReference() {
    return corpus.reference().isPresent();
  }

  @Override
  public void reference(long i, float[] out) {
    corpus.reference().orElseThrow().read(pieces(i).getFirst(), out);
  }

  @Override
  public List<SamplePiece> pieces(long i) {
    long row = row(i);
    long position = order.firstDocument(row);
    long last = order.firstDocument(row + 1);
    int offset = (int) order.firstOffset(row);
    List<SamplePiece> pieces = new ArrayList<>();
    int room = shape.length();
    for (; position < last && room > 0; position++) {
      room -= add(pieces, position, offset, room);
      offset = 0;
    }
    if (room > 0 && last < order.documents().length()) {
      int end = (int) order.firstOffset(row + 1) + 1;
      add(pieces, last, offset, Math.min(end - offset, room));
    }
    return pieces;
  }

  /// Adds up to `most` tokens of a document from its token `offset` on; returns how many.
  private int add(List<SamplePiece> pieces, long position, int offset, int most) {
    long document = order.documents().get(position);
    int part = Math.min(corpus.tokens().size(document) - offset, most);
    if (part > 0) {
      pieces.add(new SamplePiece(corpus.tokens().prefix(), document, offset, part));
    }
    return part;
  }

  /// The row of sample `i`.
  ///
  /// NeoX compat: blends may ask past the end, where the sample that `count` leaves out still
  /// answers; and what cannot be read is replaced by the sample of its row's number. Where that
  /// cannot be read either, NeoX dies, and we give what there is.
  private long row(long i) {
    Objects.checkIndex(i, Long.MAX_VALUE);
    long samples = order.shuffle().length();
    long row = order.shuffle().get(i < samples ? i : i % Math.max(1, count()));
    boolean readable = order.firstDocument(row + 1) < order.documents().length();
    return readable || count() == 0 ? row : order.shuffle().get(row % count());
  }
}
