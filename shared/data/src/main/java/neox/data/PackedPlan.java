package neox.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.OptionalLong;
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;

/// What decides the order of packed samples, and the sizes of the arrays that hold it.
///
/// Documents are shuffled over all epochs together, laid end to end, cut every `seqLength` tokens,
/// and the cuts are shuffled (`pack_impl: packed`).
///
/// @param items the documents that take part
/// @param tokensPerEpoch tokens of all of them
/// @param epochs how often each document is used
record PackedPlan(ItemRange items, int seqLength, long seed, long tokensPerEpoch, long epochs)
    implements OrderPlan {
  private static final String VERSION = "packed-1";
  private static final long UINT32_SAMPLES = 0xffffffffL - 1;
  private static final int REPORTED_MASK = (1 << 20) - 1;

  PackedPlan {
    if (seqLength < 1 || tokensPerEpoch < 1 || epochs < 1) {
      throw new IllegalArgumentException("nothing to pack");
    }
    Math.multiplyExact(epochs, tokensPerEpoch); // no later sum exceeds this
  }

  /// As many epochs as `requested` samples need, at least one; one when nothing is requested.
  static PackedPlan of(Corpus corpus, int seqLength, long seed, OptionalLong requested) {
    long perEpoch = corpus.tokenCount();
    ItemRange items = corpus.items();
    if (perEpoch == 0) {
      throw UserException.of(
          "%s: documents %d to %d hold no tokens",
          corpus.tokens().prefix(), items.from(), items.to());
    }
    long epochs = requested.isEmpty() ? 1 : epochs(perEpoch, seqLength, requested.getAsLong());
    return new PackedPlan(items, seqLength, seed, perEpoch, epochs);
  }

  /// The smallest `e >= 1` with `(e * perEpoch - 1) / seqLength >= requested`.
  static long epochs(long perEpoch, int seqLength, long requested) {
    long tokens = Math.addExact(Math.multiplyExact(requested, (long) seqLength), 1);
    return Math.max(1, Math.ceilDiv(tokens, perEpoch));
  }

  /// Cuts: one more than the samples that NeoX uses.
  long cuts() {
    return (epochs * tokensPerEpoch - 1) / seqLength;
  }

  /// Entries of the document order.
  long documents() {
    return Math.multiplyExact(epochs, items.count());
  }

  @Override
  public Spec documentSpec() {
    return Spec.of(
        items.to() <= Integer.MAX_VALUE ? IntegerArray.Element.INT32 : IntegerArray.Element.INT64,
        documents());
  }

  @Override
  public Spec sampleSpec() {
    // NeoX compat: its test uses the quotient before rounding down.
    double cuts = (double) (epochs * tokensPerEpoch - 1) / seqLength;
    boolean small = 2 * (cuts + 1) < Integer.MAX_VALUE && documents() < Integer.MAX_VALUE;
    return Spec.of(small ? IntegerArray.Element.INT32 : IntegerArray.Element.INT64, cuts() + 1, 2L);
  }

  @Override
  public Spec shuffleSpec() {
    return Spec.of(
        cuts() < UINT32_SAMPLES ? IntegerArray.Element.UINT32 : IntegerArray.Element.INT64, cuts());
  }

  @Override
  public double samplesPerEpoch() {
    return (double) tokensPerEpoch / seqLength;
  }

  @Override
  public void build(SampleOrder order, IndexedTokens tokens, BuildProgress progress) {
    // One generator for both: NeoX's order depends on it.
    ShuffledNumbers numbers = new ShuffledNumbers(new NumpyRandom(seed), progress);
    numbers.fill(order.documents(), items.from(), items.count(), "documents");
    cut(order, tokens, progress);
    numbers.fill(order.shuffle(), 0, cuts(), "samples");
  }

  /// Walks over the documents laid end to end. Sample `i` ends with the token that row `i + 1`
  /// names, and the next sample begins with that same token.
  private void cut(SampleOrder order, IndexedTokens tokens, BuildProgress progress) {
    order.setStart(0, 0, 0);
    cut(order, tokens, 0, cuts(), progress);
  }

  /// Fills the rows after `from` up to `to`; row `from` is there already.
  void cut(SampleOrder order, IndexedTokens tokens, long from, long to, BuildProgress progress) {
    long position = order.firstDocument(from);
    long offset = order.firstOffset(from);
    SizesInOrder sizes = new SizesInOrder(order.documents(), position, tokens);
    long size = sizes.next();
    for (long row = from + 1; row <= to; row++) {
      long remaining = seqLength + 1L;
      while (size - offset < remaining) {
        remaining -= size - offset;
        position++;
        offset = 0;
        size = sizes.next();
      }
      offset += remaining - 1;
      order.setStart(row, position, offset);
      if ((row & REPORTED_MASK) == 0) {
        progress.at("cutting", row, to);
      }
    }
  }

  @Override
  public void addTo(MessageDigest digest) {
    digest.update((VERSION + " " + this).getBytes(StandardCharsets.UTF_8));
  }
}
