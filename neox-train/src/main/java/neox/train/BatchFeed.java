package neox.train;

import java.util.OptionalInt;
import neox.base.UserException;
import neox.data.BatchSource;

/// The micro-batches of one split as tensors. Stateless: the position in the data is the argument.
///
/// @param name of the data in messages
/// @param source the samples of this data-parallel rank
/// @param masked see [MicroBatch#of]
/// @param vocabulary rows of the embedding, which every token must have
record BatchFeed(String name, BatchSource source, OptionalInt masked, int vocabulary) {
  MicroBatch get(long microBatch) {
    return MicroBatch.of(rows(microBatch), masked);
  }

  /// The samples as they are stored; [UserException] when they hold a token that the network does
  /// not know.
  int[][] rows(long microBatch) {
    int[][] rows = source.get(microBatch);
    for (int[] row : rows) {
      for (int token : row) {
        if (token < 0 || token >= vocabulary) {
          throw UserException.of(
              "%s: found token %d, expected tokens below %d (the vocabulary, padded): the data was"
                  + " made with another tokenizer; run neox-preprocess again with this"
                  + " configuration's",
              name, token, vocabulary);
        }
      }
    }
    return rows;
  }
}
