package neox.evaluation.request;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import neox.inference.LanguageModel;
import neox.inference.Score;
import neox.inference.ScoreRequest;

/// Scores token pairs with a model, longest first: memory runs out at the start or not at all, and
/// neighbours in a batch need little padding.
///
/// Pairs whose inputs are equal (choices of one token after the same context) go to the model in
/// the same call: [LanguageModel#score] answers them in one pass.
final class PairScorer {
  /// Batches handed to the model in one call, between two reports of progress.
  private static final int BATCHES_PER_CALL = 8;

  private final LanguageModel model;
  private final int maxLength;
  private final int batchSize;
  private final LongConsumer progress;
  private int truncated;

  /// @param progress told how many pairs have been scored
  PairScorer(LanguageModel model, int maxLength, int batchSize, LongConsumer progress) {
    this.model = model;
    this.maxLength = maxLength;
    this.batchSize = batchSize;
    this.progress = progress;
  }

  /// How many pairs have lost the start of their context so far.
  int truncated() {
    return truncated;
  }

  /// Hears scores as they come.
  @FunctionalInterface
  interface Sink {
    void scored(int pair, Score score);
  }

  /// Scores every pair, the longest first.
  void score(List<TokenPair> pairs, Sink sink) {
    List<ScoreRequest> requests = pairs.stream().map(this::request).toList();
    List<Integer> order =
        IntStream.range(0, requests.size())
            .boxed()
            .sorted(Comparator.comparing(requests::get, LONGEST_FIRST))
            .toList();
    List<ScoreRequest> sorted = order.stream().map(requests::get).toList();
    int done = 0;
    while (done < sorted.size()) {
      int end = endOfCall(sorted, done);
      for (Score score : model.score(sorted.subList(done, end), batchSize)) {
        sink.scored(order.get(done++), score);
      }
      if (done != end) {
        throw new IllegalStateException("the model answered " + done + " of " + end + " requests");
      }
      progress.accept(done);
    }
  }

  private static final Comparator<ScoreRequest> LONGEST_FIRST =
      Comparator.<ScoreRequest>comparingInt(request -> -request.input().length)
          .thenComparing(ScoreRequest::input, Arrays::compare)
          .thenComparing(ScoreRequest::targets, Arrays::compare);

  /// The last `maxLength + 1` tokens, without the very last, which is only predicted.
  private ScoreRequest request(TokenPair pair) {
    int[] context = pair.context();
    int[] continuation = pair.continuation();
    if (continuation.length > maxLength) {
      throw new IllegalStateException(
          continuation.length + " tokens to score for a model of " + maxLength);
    }
    int length = context.length + continuation.length;
    int[] all = Arrays.copyOf(context, length);
    System.arraycopy(continuation, 0, all, context.length, continuation.length);
    if (length > maxLength + 1) {
      truncated++;
    }
    int from = Math.max(0, length - maxLength - 1);
    return new ScoreRequest(Arrays.copyOfRange(all, from, length - 1), continuation);
  }

  /// So many *different* inputs that some full batches come together; equal ones stay together.
  private int endOfCall(List<ScoreRequest> sorted, int start) {
    int inputs = 1;
    int end = start + 1;
    while (end < sorted.size()) {
      boolean isNew = !Arrays.equals(sorted.get(end).input(), sorted.get(end - 1).input());
      if (isNew && inputs == batchSize * BATCHES_PER_CALL) {
        return end;
      }
      inputs += isNew ? 1 : 0;
      end++;
    }
    return end;
  }
}
