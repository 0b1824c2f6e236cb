package neox.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;

/// What scoring and writing need of a model; token ids in, numbers out.
public interface LanguageModel extends AutoCloseable {
  /// Rows of the output projection, padding included.
  int vocabSize();

  /// The longest input (tokens) that the model was built for.
  int maxLength();

  /// Scores many inputs, batched inside; results in the order of the requests.
  List<Score> score(List<ScoreRequest> requests, int batchSize);

  /// Scores inputs as they come. What neighbours begin with alike may be read once, so that
  /// requests should come in the order of their tokens.
  ///
  /// @param requests asked for by one thread at a time, which need not be the caller's
  default void score(Iterator<ScoreRequest> requests, BatchSize batch, ScoreSink sink) {
    int inputs = batch.orElse(BatchSize.SUITABLE);
    int done = 0;
    while (requests.hasNext()) {
      List<ScoreRequest> some = new ArrayList<>();
      while (some.size() < inputs * BatchSize.PER_CALL && requests.hasNext()) {
        some.add(requests.next());
      }
      for (Score score : score(some, inputs)) {
        sink.scored(done++, score);
      }
    }
  }

  /// Has a list scored in the order of its tokens, so that neighbours begin alike; results in that
  /// of the list.
  static List<Score> scoreSorted(LanguageModel model, List<ScoreRequest> requests, int batchSize) {
    List<Integer> order =
        IntStream.range(0, requests.size())
            .boxed()
            .sorted(Comparator.comparing(i -> requests.get(i).input(), Arrays::compare))
            .toList();
    Score[] scores = new Score[requests.size()];
    model.score(
        order.stream().map(requests::get).iterator(),
        BatchSize.of(batchSize),
        (request, score) -> scores[order.get(request)] = score);
    return List.of(scores);
  }

  /// Continues texts until their stop tokens come, their reader has enough, enough is written, or
  /// the text is full. A text takes the place of a finished one at once.
  void generate(RequestSource requests, Decoding decoding, GenerationSink sink);

  /// The same for texts that are all there, and are looked at before the first is continued.
  default void generate(List<GenerationRequest> requests, Decoding decoding, GenerationSink sink) {
    generate(RequestSource.of(requests), decoding, sink);
  }

  @Override
  void close();
}
