package neox.inference;

import java.util.Iterator;
import java.util.List;
import neox.base.UserException;
import neox.inference.sampling.NotANumberException;
import neox.model.Network;

/// A [LanguageModel] that computes with a network, which it owns. Not thread-safe.
public final class NetworkLanguageModel implements LanguageModel {
  private final Network network;
  private final String name;
  private final int maxLength;

  /// A model that messages call "the model".
  public NetworkLanguageModel(Network network) {
    this(network, "the model");
  }

  /// @param name what messages call it, such as its file
  public NetworkLanguageModel(Network network, String name) {
    this.network = network;
    this.name = name;
    this.maxLength = network.spec().config().longest();
  }

  @Override
  public int vocabSize() {
    return network.spec().paddedVocab();
  }

  @Override
  public int maxLength() {
    return maxLength;
  }

  @Override
  public void generate(List<GenerationRequest> requests, Decoding decoding, GenerationSink sink) {
    requests.forEach(request -> check(request, decoding));
    generate(RequestSource.of(requests), decoding, sink);
  }

  @Override
  public void generate(RequestSource requests, Decoding decoding, GenerationSink sink) {
    RequestSource checked = requests.checked(request -> check(request, decoding));
    try (TextGenerator generator = new TextGenerator(network, decoding, checked, sink)) {
      generator.run();
    } catch (NotANumberException e) {
      throw e.of(name);
    }
  }

  /// [UserException] for a text that cannot be continued.
  public void check(GenerationRequest request, Decoding decoding) {
    checkTokens(request.context());
    TextGenerator.requireRoom(request, decoding);
  }

  @Override
  public List<Score> score(List<ScoreRequest> requests, int batchSize) {
    if (batchSize < 1) {
      throw new IllegalArgumentException("batches have at least one row, not " + batchSize);
    }
    requests.forEach(this::check);
    return LanguageModel.scoreSorted(this, requests, batchSize);
  }

  /// Where several ranks have parts of the network, all call this together, and those of the last
  /// stage hear the scores.
  @Override
  public void score(Iterator<ScoreRequest> requests, BatchSize batch, ScoreSink sink) {
    new Scorer(network, batch).score(requests, this::check, sink);
  }

  /// [UserException] for an input that cannot be scored.
  public void check(ScoreRequest request) {
    if (request.input().length > maxLength) {
      throw UserException.of(
          "an input of %d tokens does not fit the model's %d", request.input().length, maxLength);
    }
    checkTokens(request.input());
    checkTokens(request.targets());
  }

  private void checkTokens(int[] tokens) {
    for (int token : tokens) {
      if (token < 0 || token >= vocabSize()) {
        throw UserException.of(
            "token %d is not in the model's vocabulary of %d; is this its tokenizer?",
            token, vocabSize());
      }
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
