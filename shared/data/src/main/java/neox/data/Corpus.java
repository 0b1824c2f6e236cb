package neox.data;

import java.util.Locale;
import java.util.Optional;
import java.util.zip.CRC32C;
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;

/// The documents of a split in one dataset, with the labels that belong to them.
///
/// @param labels a dataset of the same item sizes: tokens, negative where none is to be predicted
/// @param reference what a reference model has said of them
record Corpus(
    IndexedTokens tokens,
    Optional<IndexedTokens> labels,
    ItemRange items,
    Optional<PrecomputedReference> reference) {
  Corpus {
    labels.ifPresent(labelTokens -> requireSameSizes(tokens, labelTokens));
  }

  Corpus(IndexedTokens tokens, Optional<IndexedTokens> labels, ItemRange items) {
    this(tokens, labels, items, Optional.empty());
  }

  Corpus withReference(Optional<PrecomputedReference> value) {
    return new Corpus(tokens, labels, items, value);
  }

  /// All documents of a dataset.
  static Corpus whole(IndexedTokens tokens, Optional<IndexedTokens> labels) {
    return new Corpus(tokens, labels, new ItemRange(0, tokens.count()));
  }

  private static void requireSameSizes(IndexedTokens tokens, IndexedTokens labels) {
    if (tokens.count() != labels.count()) {
      throw UserException.of(
          "%s: %d documents, but %s has %d; labels are the text with some tokens made negative",
          labels.prefix(), labels.count(), tokens.prefix(), tokens.count());
    }
    ItemRange all = new ItemRange(0, tokens.count());
    long mismatch = tokens.rawSizes(all).mismatch(labels.rawSizes(all));
    if (mismatch >= 0) {
      long item = mismatch / Integer.BYTES;
      throw UserException.of(
          "%s: document %d has %d tokens, but %d in %s; labels are the text with some tokens made"
              + " negative",
          labels.prefix(), item, labels.size(item), tokens.size(item), tokens.prefix());
    }
  }

  /// Eight hexadecimal digits that differ for another dataset: of the sizes of all documents, also
  /// those of other splits, and of tokens here and there.
  ///
  /// @param companion another dataset that belongs to this
  String checksum(Optional<IndexedTokens> companion) {
    CRC32C checksum = new CRC32C();
    tokens.addTo(checksum);
    labels.ifPresent(labelTokens -> labelTokens.addTo(checksum));
    companion.ifPresent(other -> other.addTo(checksum));
    return String.format(Locale.ROOT, "%08x", checksum.getValue());
  }

  /// Tokens of all documents.
  long tokenCount() {
    long sum = 0;
    for (long item = items.from(); item < items.to(); item++) {
      sum += tokens.size(item);
    }
    return sum;
  }
}
