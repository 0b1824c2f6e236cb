package neox.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;

/// One document a sample (`pack_impl: unpacked`): the documents that take part in their order, over
/// and over, and the samples shuffled.
///
/// @param samples how many; NeoX never uses the last one
/// @param period after so many the numbers that are shuffled begin again: NeoX shuffles the numbers
///   of all samples, but of pairs those of the documents, again and again
record UnpackedPlan(
    ItemRange items,
    int seqLength,
    long seed,
    long samples,
    long period,
    EligibleDocuments eligible)
    implements OrderPlan {
  private static final String VERSION = "unpacked-1";

  /// NeoX compat: it looks at one label fewer than a sample has tokens.
  static EligibleDocuments.Rule rule(int seqLength, boolean allowChopped) {
    return new EligibleDocuments.Rule(allowChopped ? Integer.MAX_VALUE : seqLength + 1, seqLength);
  }

  @Override
  public boolean takes(long document) {
    return eligible.has(document - items.from());
  }

  @Override
  public Spec documentSpec() {
    return Spec.of(IntegerArray.Element.INT64, samples + 1);
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
    return eligible.count();
  }

  @Override
  public void build(SampleOrder order, IndexedTokens tokens, BuildProgress progress) {
    new ShuffledNumbers(new NumpyRandom(seed), progress)
        .fill(order.shuffle(), 0, period, "samples");
    long document = 0;
    for (long row = 0; row <= samples; row++) {
      while (!eligible.has(document)) {
        document = next(document);
      }
      order.documents().set(row, items.from() + document);
      order.setStart(row, row, 0);
      document = next(document);
    }
  }

  private long next(long document) {
    return document + 1 == items.count() ? 0 : document + 1;
  }

  @Override
  public void addTo(MessageDigest digest) {
    String text = String.join(" ", VERSION, items.toString(), seqLength + "", seed + "");
    String shuffled = period == samples ? "" : " of " + period;
    digest.update((text + " " + samples + shuffled).getBytes(StandardCharsets.UTF_8));
    eligible.addTo(digest);
  }
}
