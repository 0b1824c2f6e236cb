package neox.inference;

import java.util.List;

/// What scoring and writing need of a model; token ids in, numbers out.
public interface LanguageModel extends AutoCloseable {
  /// Rows of the output projection, padding included.
  int vocabSize();

  /// The longest input (tokens) that the model was built for.
  int maxLength();

  /// Scores many inputs, batched inside; results in the order of the requests.
  List<Score> score(List<ScoreRequest> requests, int batchSize);

  /// Continues texts until their stop accepts a token, or enough are written, or the text is full.
  void generate(List<GenerationRequest> requests, Decoding decoding, GenerationSink sink);

  @Override
  void close();
}
