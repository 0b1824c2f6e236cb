package neox.data;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;

/// Which documents of a corpus take part where whole documents become samples.
///
/// Left out are documents longer than a sample, when those are not to be cut off, and documents in
/// whose beginning nothing is to be predicted.
final class EligibleDocuments {
  static final int NO_LABEL = -100;

  private static final int BLOCK = 1 << 10; // of labels looked at together

  private final IntegerArray flags;
  private final long count;

  /// What leaves a document out.
  ///
  /// @param longest tokens of the longest document that takes part
  /// @param labelsSeen how many labels of a document are looked at
  record Rule(int longest, int labelsSeen) {}

  private EligibleDocuments(IntegerArray flags, long count) {
    this.flags = flags;
    this.count = count;
  }

  /// Looks at every document; [UserException] when none is left.
  ///
  /// @param arena how long the answer is kept
  static EligibleDocuments of(Corpus corpus, Rule rule, Arena arena) {
    ItemRange items = corpus.items();
    IntegerArray flags = IntegerArray.allocate(IntegerArray.Element.UINT8, items.count(), arena);
    int[] block = new int[BLOCK];
    long tooLong = 0;
    long unlabelled = 0;
    for (long item = items.from(); item < items.to(); item++) {
      if (corpus.tokens().size(item) > rule.longest()) {
        tooLong++;
      } else if (corpus.labels().isPresent()
          && !hasLabel(corpus.labels().get(), item, rule, block)) {
        unlabelled++;
      } else {
        flags.set(item - items.from(), 1);
      }
    }
    long count = items.count() - tooLong - unlabelled;
    if (count == 0) {
      throw UserException.of(
          "%s: no sample can be made: of %d documents, %d have more than %d tokens (see"
              + " allow_chopped) and %d have no label among their first %d tokens",
          corpus.tokens().prefix(),
          items.count(),
          tooLong,
          rule.longest(),
          unlabelled,
          rule.labelsSeen());
    }
    return new EligibleDocuments(flags, count);
  }

  private static boolean hasLabel(IndexedTokens labels, long item, Rule rule, int[] block) {
    int seen = Math.min(labels.size(item), rule.labelsSeen());
    for (int at = 0; at < seen; at += BLOCK) {
      int length = Math.min(BLOCK, seen - at);
      labels.read(item, at, length, block, 0);
      for (int i = 0; i < length; i++) {
        if (block[i] != NO_LABEL) {
          return true;
        }
      }
    }
    return false;
  }

  /// Those that take part in both of two corpora whose documents belong together; [UserException]
  /// when none is left.
  EligibleDocuments and(EligibleDocuments other, Corpus corpus, Arena arena) {
    IntegerArray both = IntegerArray.allocate(IntegerArray.Element.UINT8, flags.length(), arena);
    long left = 0;
    for (long n = 0; n < flags.length(); n++) {
      if (has(n) && other.has(n)) {
        both.set(n, 1);
        left++;
      }
    }
    if (left == 0) {
      throw UserException.of(
          "%s: no sample can be made: of none of its %d pairs both texts may be used (see"
              + " allow_chopped) and have labels",
          corpus.tokens().prefix(), flags.length());
    }
    return new EligibleDocuments(both, left);
  }

  /// Whether the `n`-th document of the corpus takes part.
  boolean has(long n) {
    return flags.get(n) == 1;
  }

  /// How many take part.
  long count() {
    return count;
  }

  void addTo(MessageDigest digest) {
    long bytes = flags.memory().byteSize();
    long step = 1L << 30; // a ByteBuffer ends at 2 GiB
    for (long at = 0; at < bytes; at += step) {
      ByteBuffer part = flags.memory().asSlice(at, Math.min(step, bytes - at)).asByteBuffer();
      digest.update(part);
    }
  }
}
