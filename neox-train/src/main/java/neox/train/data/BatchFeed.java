package neox.train.data;

import java.util.Optional;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.data.BatchSource;
import neox.data.Companion;
import neox.data.TokenSamples;
import neox.tensor.Placement;

/// The micro-batches of one split as tensors. Stateless: the position in the data is the argument.
///
/// @param name of the data in messages
/// @param source the samples of this data-parallel rank
/// @param companion what belongs to each sample besides
/// @param masked see [MicroBatch#of]
/// @param documents what keeps them apart; empty where nothing does
/// @param oneLabel exactly one label of each sample counts, as a reward model needs it
/// @param vocabulary rows of the embedding, which every token must have
/// @param placement of the network
public record BatchFeed(
    String name,
    BatchSource source,
    Companion companion,
    OptionalInt masked,
    Optional<Documents> documents,
    boolean oneLabel,
    int vocabulary,
    Placement placement) {
  /// The same micro-batches, counted from elsewhere.
  BatchFeed from(BatchSource.Origin origin) {
    return withSource(source.from(origin));
  }

  private BatchFeed withSource(BatchSource value) {
    return new BatchFeed(
        name, value, companion, masked, documents, oneLabel, vocabulary, placement);
  }

  /// Whole samples.
  public MicroBatch get(long microBatch) {
    return get(microBatch, source.samples().length() - 1);
  }

  /// The beginnings of samples.
  ///
  /// @param seqLength how many tokens of each sample are wanted, the first ones
  public MicroBatch get(long microBatch, int seqLength) {
    MicroBatch batch = own(microBatch, seqLength);
    return switch (companion) {
      case Companion.None _ -> batch;
      case Companion.Rejected(TokenSamples rejected) ->
          batch.followedBy(withSource(source.of(rejected)).own(microBatch, seqLength));
      case Companion.Rewards(TokenSamples rewards) ->
          batch.withRewards(source.of(rewards).get(microBatch), placement);
    };
  }

  /// The samples themselves.
  private MicroBatch own(long microBatch, int seqLength) {
    int[][] rows = rows(microBatch);
    Optional<int[][]> labels = labels(microBatch);
    if (oneLabel) {
      requireOneLabel(rows, labels.orElse(rows), seqLength);
    }
    MicroBatch whole = MicroBatch.of(rows, labels, masked, placement);
    MicroBatch batch =
        source
            .reference(microBatch)
            .map(values -> whole.withReference(values, placement))
            .orElse(whole)
            .first(seqLength);
    if (documents.isEmpty()) {
      return batch;
    }
    int[][] starts = source.documentStarts(microBatch);
    return batch.withInputs(documents.get().inputs(batch.tokens(), rows, starts, placement));
  }

  /// The samples as they are stored; [UserException] when they hold a token that the network does
  /// not know.
  public int[][] rows(long microBatch) {
    int[][] rows = source.get(microBatch);
    requireBetween(rows, 0);
    return rows;
  }

  /// The labels as they are stored; empty when they are the tokens.
  public Optional<int[][]> labels(long microBatch) {
    Optional<int[][]> labels = source.labels(microBatch);
    labels.ifPresent(rows -> requireBetween(rows, Integer.MIN_VALUE));
    return labels;
  }

  private void requireOneLabel(int[][] rows, int[][] labels, int seqLength) {
    for (int row = 0; row < rows.length; row++) {
      int count = 0;
      for (int i = 0; i < seqLength; i++) {
        boolean fromMasked = masked.isPresent() && rows[row][i] == masked.getAsInt();
        count += labels[row][i + 1] >= 0 && !fromMasked ? 1 : 0;
      }
      if (count != 1) {
        throw UserException.of(
            "%s: a text has %d labels that count, but a reward model is read at one; expected"
                + " datasets as neox-preprocess chat --for-rm writes them",
            name, count);
      }
    }
  }

  private void requireBetween(int[][] rows, int smallest) {
    for (int[] row : rows) {
      for (int token : row) {
        if (token < smallest || token >= vocabulary) {
          throw UserException.of(
              "%s: found token %d, expected tokens below %d (the vocabulary, padded): the data was"
                  + " made with another tokenizer; run neox-preprocess again with this"
                  + " configuration's",
              name, token, vocabulary);
        }
      }
    }
  }
}
