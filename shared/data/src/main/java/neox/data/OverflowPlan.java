package neox.data;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;

/// As many whole documents a sample as fit (`pack_impl: pack_until_overflow`): documents are
/// shuffled and taken in turn; one that does not fit begins the next sample.
///
/// @param samples how many; the last holds one document
/// @param documents entries of the document order
record OverflowPlan(
    ItemRange items,
    int seqLength,
    long seed,
    long samples,
    EligibleDocuments eligible,
    long documents)
    implements OrderPlan {
  private static final String VERSION = "pack_until_overflow-1";

  /// What is told of each document that is taken.
  private interface Sink {
    /// @param position in the document order
    /// @param begins the document is the first of a sample
    void take(long position, long document, boolean begins);
  }

  static EligibleDocuments.Rule rule(int seqLength, boolean allowChopped) {
    return new EligibleDocuments.Rule(
        allowChopped ? Integer.MAX_VALUE : seqLength + 1, seqLength + 1);
  }

  /// Walks once to learn how many documents the samples take.
  static OverflowPlan of(
      Corpus corpus, int seqLength, long seed, long samples, EligibleDocuments eligible) {
    OverflowPlan plan = new OverflowPlan(corpus.items(), seqLength, seed, samples, eligible, 0);
    NumpyRandom random = new NumpyRandom(seed);
    random.skipShuffle(samples);
    long documents = plan.walk(corpus.tokens(), random, (position, document, begins) -> {});
    return new OverflowPlan(corpus.items(), seqLength, seed, samples, eligible, documents);
  }

  /// Takes documents until the last sample has begun; returns how many.
  private long walk(IndexedTokens tokens, NumpyRandom random, Sink sink) {
    try (Arena arena = Arena.ofConfined()) {
      IntegerArray order = IntegerArray.allocate(IntegerArray.Element.INT64, items.count(), arena);
      order.fillRepeated(0, items.count());
      long next = items.count();
      long taken = 0;
      long length = 0;
      for (long begun = 0; begun < samples; next++) {
        if (next == items.count()) {
          random.shuffle(order);
          next = 0;
        }
        if (!eligible.has(order.get(next))) {
          continue;
        }
        long document = items.from() + order.get(next);
        int size = tokens.size(document);
        boolean begins = length == 0 || length + size > seqLength + 1L;
        begun += begins ? 1 : 0;
        length = begins ? size : length + size;
        sink.take(taken++, document, begins);
      }
      return taken;
    }
  }

  @Override
  public boolean takes(long document) {
    return eligible.has(document - items.from());
  }

  @Override
  public Spec documentSpec() {
    return Spec.of(IntegerArray.Element.INT64, documents);
  }

  @Override
  public Spec sampleSpec() {
    return Spec.of(IntegerArray.Element.INT64, samples + 1, 2L);
  }

  @Override
  public Spec shuffleSpec() {
    return Spec.of(IntegerArray.Element.INT64, samples);
  }

  @Override
  public double samplesPerEpoch() {
    return (double) eligible.count() * samples / Math.max(1, documents);
  }

  @Override
  public void build(SampleOrder order, IndexedTokens tokens, BuildProgress progress) {
    NumpyRandom random = new NumpyRandom(seed);
    new ShuffledNumbers(random, progress).fill(order.shuffle(), 0, samples, "samples");
    Sink filler =
        new Sink() {
          private long begun;

          @Override
          public void take(long position, long document, boolean begins) {
            order.documents().set(position, document);
            if (begins) {
              order.setStart(begun++, position, 0);
            }
          }
        };
    walk(tokens, random, filler);
    order.setStart(samples, documents, 0);
  }

  @Override
  public void addTo(MessageDigest digest) {
    String text = String.join(" ", VERSION, items.toString(), seqLength + "", seed + "");
    digest.update((text + " " + samples).getBytes(StandardCharsets.UTF_8));
    eligible.addTo(digest);
  }
}
