package neox.evaluation.request;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import neox.base.Console;
import neox.base.Progress;
import neox.base.progress.ProgressUnit;
import neox.evaluation.request.Request.Generate;
import neox.evaluation.request.Response.Generated;
import neox.inference.BatchSize;
import neox.inference.LanguageModel;
import neox.inference.ScoreRequest;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.special.TextBounds;

/// Answers requests with a language model and its tokenizer; neither is closed here.
public final class ModelRunner implements RequestRunner {
  /// Encoded and not yet read: so many that what cannot be encoded is found early.
  private static final int ENCODED_AHEAD = 1 << 14;

  /// Texts that are written at the same time where nobody says how many.
  private static final int TEXTS_WRITTEN = 8;

  private final LanguageModel model;
  private final PairEncoder encoder;
  private final TextBounds bounds;
  private final int maxLength;
  private final BatchSize batch;
  private final Console console;

  /// A runner for one model.
  ///
  /// @param bounds of texts, one of which there must be
  /// @param maxLength the longest input to give to the model
  /// @param batch inputs per pass
  public ModelRunner(
      LanguageModel model,
      Tokenizer tokenizer,
      TextBounds bounds,
      int maxLength,
      BatchSize batch,
      Console console) {
    this.model = model;
    this.encoder = PairEncoder.of(tokenizer, bounds);
    this.bounds = bounds;
    this.maxLength = maxLength;
    this.batch = batch;
    this.console = console;
  }

  @Override
  public void run(List<Request> requests, Sink sink) {
    scoreTexts(requests, sink);
    generateTexts(requests, sink);
  }

  /// Everything that is scored goes through the model together, while what comes next is encoded.
  private void scoreTexts(List<Request> requests, Sink sink) {
    long total = requests.stream().filter(request -> !(request instanceof Generate)).count();
    try (Progress progress = new Progress(console, "scoring", total, ProgressUnit.REQUESTS)) {
      AtomicLong done = new AtomicLong();
      WindowedAnswers answers =
          new WindowedAnswers((request, response) -> {
            sink.answered(request, response);
            progress.update(done.incrementAndGet(), "");
          });
      TextRequests texts = new TextRequests(requests, encoder, maxLength, answers);
      try (Ahead<ScoreRequest> ahead = new Ahead<>("encode", texts, ENCODED_AHEAD)) {
        model.score(ahead, batch, answers);
      }
      if (texts.truncated() > 0) {
        console.warn(
            "%d of %d requests are longer than the model's %d tokens; the start of their context"
                + " was cut off",
            texts.truncated(), texts.windows(), maxLength);
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
    Generator generator =
        new Generator(model, encoder, bounds, maxLength, batch.orElse(TEXTS_WRITTEN));
    try (Progress progress =
        new Progress(console, "generating", wanted.size(), ProgressUnit.REQUESTS)) {
      long[] done = new long[1];
      generator.generate(
          wanted,
          (request, text) -> {
            sink.answered(places.get(request), new Generated(text));
            progress.update(++done[0], "");
          });
    }
  }
}
