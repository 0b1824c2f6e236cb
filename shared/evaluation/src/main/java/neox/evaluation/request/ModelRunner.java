package neox.evaluation.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import neox.base.Console;
import neox.base.Progress;
import neox.base.UserException;
import neox.evaluation.request.Request.Generate;
import neox.evaluation.request.Request.LogLikelihood;
import neox.evaluation.request.Request.RollingLogLikelihood;
import neox.evaluation.request.Response.Generated;
import neox.inference.LanguageModel;
import neox.tokenizer.Tokenizer;

/// Answers requests with a language model and its tokenizer; neither is closed here.
public final class ModelRunner implements RequestRunner {
  private final LanguageModel model;
  private final Tokenizer tokenizer;
  private final PairEncoder encoder;
  private final int maxLength;
  private final int batchSize;
  private final Console console;

  /// A runner for one model.
  ///
  /// @param maxLength the longest input to give to the model
  /// @param batchSize inputs per pass
  public ModelRunner(
      LanguageModel model, Tokenizer tokenizer, int maxLength, int batchSize, Console console) {
    this.model = model;
    this.tokenizer = tokenizer;
    this.encoder = PairEncoder.of(tokenizer);
    this.maxLength = maxLength;
    this.batchSize = batchSize;
    this.console = console;
  }

  @Override
  public void run(List<Request> requests, Sink sink) {
    scoreTexts(requests, sink);
    generateTexts(requests, sink);
  }

  /// Everything that is scored goes through the model together: one window per log-likelihood, any
  /// number per rolling one.
  private void scoreTexts(List<Request> requests, Sink sink) {
    List<TokenPair> windows = new ArrayList<>();
    WindowedAnswers answers = new WindowedAnswers(sink);
    for (int i = 0; i < requests.size(); i++) {
      switch (requests.get(i)) {
        case LogLikelihood(String context, String continuation) -> {
          windows.add(encode(i, context, continuation));
          answers.expect(i, 1, WindowedAnswers::likelihood);
        }
        case RollingLogLikelihood(String text) -> {
          List<TokenPair> own =
              RollingWindows.of(tokenizer.encode(text), encoder.prefix(), maxLength);
          windows.addAll(own);
          answers.expect(i, own.size(), WindowedAnswers::rolling);
        }
        case Generate x -> {}
      }
    }
    score(windows, answers);
  }

  private TokenPair encode(int number, String context, String continuation) {
    TokenPair pair;
    try {
      pair = encoder.encode(context, continuation);
    } catch (UserException e) {
      throw new RefusedRequest(number, Objects.toString(e.getMessage()), e);
    }
    int length = pair.continuation().length;
    if (length > maxLength) {
      throw new RefusedRequest(
          number,
          "a continuation of %d tokens does not fit the model's %d; leave that task out or raise"
                  .formatted(length, maxLength)
              + " --max-length if the model allows");
    }
    return pair;
  }

  private void score(List<TokenPair> windows, PairScorer.Sink sink) {
    try (Progress progress = new Progress(console, "scoring", windows.size())) {
      PairScorer scorer =
          new PairScorer(
              model, maxLength, batchSize, done -> progress.update(done, done + " requests"));
      scorer.score(windows, sink);
      if (scorer.truncated() > 0) {
        console.warn(
            "%d of %d requests are longer than the model's %d tokens; the start of their context"
                + " was cut off",
            scorer.truncated(), windows.size(), maxLength);
      }
    }
  }

  private void generateTexts(List<Request> requests, Sink sink) {
    List<Generate> wanted = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < requests.size(); i++) {
      if (requests.get(i) instanceof Generate request) {
        wanted.add(request);
        places.add(i);
      }
    }
    Generator generator = new Generator(model, tokenizer, encoder.prefix(), maxLength, batchSize);
    try (Progress progress = new Progress(console, "generating", wanted.size())) {
      long[] done = new long[1];
      generator.generate(
          wanted,
          (request, text) -> {
            sink.answered(places.get(request), new Generated(text));
            progress.update(++done[0], done[0] + " requests");
          });
    }
  }
}
