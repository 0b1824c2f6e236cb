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
import neox.evaluation.request.Response.Likelihood;
import neox.evaluation.request.Response.RollingLikelihood;
import neox.inference.LanguageModel;
import neox.inference.Score;
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
  public List<Response> run(List<Request> requests) {
    Response[] responses = new Response[requests.size()];
    scoreTexts(requests, responses);
    generateTexts(requests, responses);
    return List.of(responses);
  }

  /// Everything that is scored goes through the model together: one window per log-likelihood, any
  /// number per rolling one.
  private void scoreTexts(List<Request> requests, Response[] responses) {
    List<TokenPair> windows = new ArrayList<>();
    int[] ends = new int[requests.size()];
    for (int i = 0; i < ends.length; i++) {
      switch (requests.get(i)) {
        case LogLikelihood(String context, String continuation) ->
            windows.add(encode(i, context, continuation));
        case RollingLogLikelihood(String text) ->
            windows.addAll(RollingWindows.of(tokenizer.encode(text), encoder.prefix(), maxLength));
        case Generate x -> {}
      }
      ends[i] = windows.size();
    }
    List<Score> scores = score(windows);
    for (int i = 0; i < ends.length; i++) {
      List<Score> own = scores.subList(i == 0 ? 0 : ends[i - 1], ends[i]);
      switch (requests.get(i)) {
        case LogLikelihood x ->
            responses[i] = new Likelihood(own.getFirst().logLikelihood(), own.getFirst().greedy());
        case RollingLogLikelihood x -> responses[i] = new RollingLikelihood(total(own));
        case Generate x -> {}
      }
    }
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

  private static double total(List<Score> scores) {
    double sum = 0;
    for (Score score : scores) {
      sum += score.logLikelihood();
    }
    return sum;
  }

  private List<Score> score(List<TokenPair> windows) {
    try (Progress progress = new Progress(console, "scoring", windows.size())) {
      PairScorer scorer =
          new PairScorer(
              model, maxLength, batchSize, done -> progress.update(done, done + " requests"));
      List<Score> scores = scorer.score(windows);
      if (scorer.truncated() > 0) {
        console.warn(
            "%d of %d requests are longer than the model's %d tokens; the start of their context"
                + " was cut off",
            scorer.truncated(), windows.size(), maxLength);
      }
      return scores;
    }
  }

  private void generateTexts(List<Request> requests, Response[] responses) {
    List<Generate> wanted = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < responses.length; i++) {
      if (requests.get(i) instanceof Generate request) {
        wanted.add(request);
        places.add(i);
      }
    }
    Generator generator = new Generator(model, tokenizer, encoder.prefix(), maxLength, batchSize);
    try (Progress progress = new Progress(console, "generating", wanted.size())) {
      List<String> texts =
          generator.generate(wanted, done -> progress.update(done, done + " requests"));
      for (int i = 0; i < texts.size(); i++) {
        responses[places.get(i)] = new Generated(texts.get(i));
      }
    }
  }
}
