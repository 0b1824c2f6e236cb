package neox.data;

import java.lang.foreign.MemorySegment;
import java.util.List;
import neox.base.UserException;

/// What decides the order of packed samples, and the sizes of the arrays that hold it.
///
/// Documents are shuffled over all epochs together, laid end to end, cut every `seqLength` tokens,
/// and the cuts are shuffled (`pack_impl: packed`).
///
/// @param items the documents that take part
/// @param tokensPerEpoch tokens of all of them
/// @param epochs how often each document is used
record PackedPlan(ItemRange items, int seqLength, long seed, long tokensPerEpoch, long epochs) {
  private static final long UINT32_SAMPLES = 0xffffffffL - 1;

  PackedPlan {
    if (seqLength < 1 || tokensPerEpoch < 1 || epochs < 1) {
      throw new IllegalArgumentException("nothing to pack");
    }
    Math.multiplyExact(epochs, tokensPerEpoch); // no later sum exceeds this
  }

  /// As many epochs as `requested` samples need, at least one.
  static PackedPlan of(
      IndexedTokens tokens, ItemRange items, int seqLength, long seed, long requested) {
    long perEpoch = sum(tokens.rawSizes(items));
    if (perEpoch == 0) {
      throw UserException.of(
          "%s: documents %d to %d hold no tokens", tokens.prefix(), items.from(), items.to());
    }
    return new PackedPlan(items, seqLength, seed, perEpoch, epochs(perEpoch, seqLength, requested));
  }

  private static long sum(MemorySegment sizes) {
    long sum = 0;
    for (long at = 0; at < sizes.byteSize(); at += 4) {
      sum += sizes.get(IndexFormat.INT, at);
    }
    return sum;
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

  List<Long> documentShape() {
    return List.of(documents());
  }

  List<Long> sampleShape() {
    return List.of(cuts() + 1, 2L);
  }

  List<Long> shuffleShape() {
    return List.of(cuts());
  }

  IntegerArray.Element sampleElement() {
    // NeoX compat: its test uses the quotient before rounding down.
    double cuts = (double) (epochs * tokensPerEpoch - 1) / seqLength;
    boolean small = 2 * (cuts + 1) < Integer.MAX_VALUE && documents() < Integer.MAX_VALUE;
    return small ? IntegerArray.Element.INT32 : IntegerArray.Element.INT64;
  }

  IntegerArray.Element shuffleElement() {
    return cuts() < UINT32_SAMPLES ? IntegerArray.Element.UINT32 : IntegerArray.Element.INT64;
  }
}
