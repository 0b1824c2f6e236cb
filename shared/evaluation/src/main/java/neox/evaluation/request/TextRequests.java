package neox.evaluation.request;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.evaluation.request.Request.Generate;
import neox.evaluation.request.Request.LogLikelihood;
import neox.evaluation.request.Request.RollingLogLikelihood;
import neox.inference.ScoreRequest;

/// What a model is asked to score for the requests that score a text, in the order of their texts,
/// so that neighbours begin alike; each is encoded when it is asked for. One window for a
/// log-likelihood, any number for a rolling one.
final class TextRequests implements Iterator<ScoreRequest> {
  private final List<Request> requests;
  private final Iterator<Integer> order;
  private final PairEncoder encoder;
  private final int maxLength;
  private final WindowedAnswers answers;
  private final Deque<ScoreRequest> ready = new ArrayDeque<>();
  private int windows;
  private int truncated;

  /// @param maxLength the longest input to give to the model
  /// @param answers told which windows are whose before they are handed out
  TextRequests(
      List<Request> requests, PairEncoder encoder, int maxLength, WindowedAnswers answers) {
    this.requests = requests;
    this.encoder = encoder;
    this.maxLength = maxLength;
    this.answers = answers;
    Comparator<Integer> byText =
        Comparator.<Integer, String>comparing(i -> context(requests.get(i)))
            .thenComparing(i -> continuation(requests.get(i)));
    this.order =
        IntStream.range(0, requests.size())
            .filter(i -> !(requests.get(i) instanceof Generate))
            .boxed()
            .sorted(byText)
            .toList()
            .iterator();
  }

  private static String context(Request request) {
    return switch (request) {
      case LogLikelihood(String context, _) -> context;
      case RollingLogLikelihood _, Generate _ -> "";
    };
  }

  private static String continuation(Request request) {
    return switch (request) {
      case LogLikelihood(_, String continuation) -> continuation;
      case RollingLogLikelihood(String text) -> text;
      case Generate _ -> "";
    };
  }

  /// How many windows there are; after the last of them.
  int windows() {
    return windows;
  }

  /// How many of them have lost the start of their context; likewise.
  int truncated() {
    return truncated;
  }

  @Override
  public boolean hasNext() {
    while (ready.isEmpty() && order.hasNext()) {
      encode(order.next());
    }
    return !ready.isEmpty();
  }

  @Override
  public ScoreRequest next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return ready.remove();
  }

  private void encode(int number) {
    switch (requests.get(number)) {
      case LogLikelihood(String context, String continuation) -> {
        TokenPair pair = encode(number, context, continuation);
        answers.expect(number, 1, WindowedAnswers::likelihood);
        add(pair);
      }
      case RollingLogLikelihood(String text) -> {
        List<TokenPair> own = RollingWindows.of(encoder.encode(text), encoder.prefix(), maxLength);
        answers.expect(number, own.size(), WindowedAnswers::rolling);
        own.forEach(this::add);
      }
      case Generate _ -> throw new IllegalStateException("a text to be written is not scored");
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

  /// The last `maxLength + 1` tokens, without the very last, which is only predicted.
  private void add(TokenPair pair) {
    int[] context = pair.context();
    int[] continuation = pair.continuation();
    int length = context.length + continuation.length;
    int[] all = Arrays.copyOf(context, length);
    System.arraycopy(continuation, 0, all, context.length, continuation.length);
    windows++;
    if (length > maxLength + 1) {
      truncated++;
    }
    int from = Math.max(0, length - maxLength - 1);
    ready.add(new ScoreRequest(Arrays.copyOfRange(all, from, length - 1), continuation));
  }
}
