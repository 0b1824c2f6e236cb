package neox.preprocess.inspect;

import java.util.OptionalInt;
import java.util.function.LongConsumer;
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.TokenWidth;

/// Reads a whole dataset and checks every token.
///
/// @param highest the largest id; -1 without tokens
/// @param masked how many labels are masked (-100)
public record DatasetCheck(int highest, long masked) {
  private static final int BLOCK = 1 << 16;
  private static final int MASK = -100;

  /// [UserException] at the first token that no vocabulary of this size has, or that is negative
  /// and neither a masked label nor a reward.
  ///
  /// @param progress is told how many tokens have been read
  public static DatasetCheck run(
      IndexedTokens tokens, OptionalInt vocabSize, LongConsumer progress) {
    int[] block = new int[BLOCK];
    long done = 0;
    boolean rewards = vocabSize.isEmpty() && mayBeRewards(tokens);
    int highest = -1;
    long masked = 0;
    for (long item = 0; item < tokens.count(); item++) {
      for (int at = 0; at < tokens.size(item); at += BLOCK) {
        int length = Math.min(BLOCK, tokens.size(item) - at);
        tokens.read(item, at, length, block, 0);
        for (int i = 0; i < length; i++) {
          int token = block[i];
          if (token >= vocabSize.orElse(Integer.MAX_VALUE)
              || (token < 0 && !rewards && !isMask(token, tokens))) {
            throw outside(tokens, item, at + i, token, vocabSize);
          }
          highest = Math.max(highest, token);
          masked += token == MASK ? 1 : 0;
        }
        done += length;
      }
      progress.accept(done);
    }
    return new DatasetCheck(highest, masked);
  }

  /// Datasets of rewards, which are int32, have one number for each document.
  private static boolean mayBeRewards(IndexedTokens tokens) {
    boolean single = tokens.width() == TokenWidth.INT32;
    for (long item = 0; single && item < tokens.count(); item++) {
      single = tokens.size(item) == 1;
    }
    return single;
  }

  /// Label datasets, which are int32, mark what is not to be learnt.
  private static boolean isMask(int token, IndexedTokens tokens) {
    return token == MASK && tokens.width() == TokenWidth.INT32;
  }

  private static UserException outside(
      IndexedTokens tokens, long item, int position, int token, OptionalInt vocabSize) {
    return UserException.of(
        "%s.bin: document %d, token %d: id %d, but %s",
        tokens.prefix(),
        item,
        position,
        token,
        vocabSize.isPresent()
            ? "the tokenizer has the ids 0 to " + (vocabSize.getAsInt() - 1)
            : "an id is never negative");
  }
}
