package neox.inference;

import java.util.List;
import java.util.function.IntPredicate;

/// What scoring and greedy decoding need of a model; token ids in, numbers out.
public interface LanguageModel extends AutoCloseable {
  /// Rows of the output projection, padding included.
  int vocabSize();

  /// The longest input (tokens) that the model was built for.
  int maxLength();

  /// Scores many inputs, batched inside; results in the order of the requests.
  List<Score> score(List<ScoreRequest> requests, int batchSize);

  /// Greedy continuation of one context until `stop` accepts a token (which is the last of the
  /// result) or `maxNewTokens` are made.
  int[] greedy(int[] context, int maxNewTokens, IntPredicate stop);

  @Override
  void close();
}
