package neox.data;

import java.util.Arrays;
import neox.base.UserException;
import neox.data.indexed.IndexedFloats;
import neox.data.indexed.IndexedTokens;

/// What a reference model has said of the documents of a dataset: of each, log p of its second
/// token, its third, ….
///
/// A document is known by itself. Of what a sample holds behind it nothing is known, and nothing is
/// to be learnt either, though [DocumentSamples] ends a short sample with the first token of the
/// next document.
///
/// @param values one item for each document, up to `seqLength` numbers that count
record PrecomputedReference(IndexedTokens documents, IndexedFloats values, int seqLength) {
  /// GPT-NeoX rounds the number of items up to a multiple of its batch.
  private static final int NEOX_BATCH = 8;

  PrecomputedReference {
    long wanted = documents.count();
    long rounded = Math.ceilDiv(wanted, NEOX_BATCH) * NEOX_BATCH;
    if (values.count() != wanted && values.count() != rounded) {
      throw UserException.of(
          "%s: log-probabilities of %d documents, but %s has %d; precompute them again",
          values.prefix(), values.count(), documents.prefix(), wanted);
    }
    for (long document = 0; document < wanted; document++) {
      int counting = Math.min(seqLength, documents.size(document) - 1);
      if (values.size(document) < counting) {
        throw UserException.of(
            "%s: %d log-probabilities of document %d, of which %s has %d tokens; precompute them"
                + " with this configuration's seq_length (%d)",
            values.prefix(),
            values.size(document),
            document,
            documents.prefix(),
            documents.size(document),
            seqLength);
      }
    }
  }

  /// Copies log p of what follows each token of a sample; NaN where nothing is known.
  ///
  /// @param first piece of the sample, which begins its document
  void read(SamplePiece first, float[] out) {
    if (first.offset() != 0) {
      throw new IllegalStateException(first + " does not begin its document");
    }
    int known = Math.min(first.length() - 1, out.length);
    values.read(first.document(), known, out);
    Arrays.fill(out, known, out.length, Float.NaN);
  }
}
