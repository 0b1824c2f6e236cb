package neox.inference;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What a model writes, by request and sample. Mutable.
final class Continuations implements GenerationSink {
  private final Map<Sample, List<GeneratedToken>> told = new TreeMap<>();
  private final Map<Sample, Generation> finished = new TreeMap<>();
  private final Predicate<GeneratedToken> enough;

  /// Of a request, both from 0.
  record Sample(int request, int number) implements Comparable<Sample> {
    @Override
    public int compareTo(Sample other) {
      return request != other.request ? request - other.request : number - other.number;
    }
  }

  /// @param enough accepts the last token that is wanted of a continuation
  Continuations(Predicate<GeneratedToken> enough) {
    this.enough = enough;
  }

  static int[] greedy(LanguageModel model, int[] context, int maximumTokens) {
    List<GenerationRequest> requests = List.of(GenerationRequest.greedy(context, maximumTokens));
    return of(model, requests, Decoding.upTo(model.maxLength())).getFirst();
  }

  /// The tokens of requests for one sample each, in their order.
  static List<int[]> of(LanguageModel model, List<GenerationRequest> requests, Decoding decoding) {
    Continuations all = new Continuations(_ -> false);
    model.generate(requests, decoding, all);
    if (all.finished.size() != requests.size()) {
      throw new IllegalStateException(all.finished.size() + " of " + requests.size() + " finished");
    }
    return all.finished.values().stream().map(Generation::tokens).toList();
  }

  @Override
  public Flow token(GeneratedToken token) {
    Sample sample = new Sample(token.request(), token.sample());
    if (finished.containsKey(sample)) {
      throw new IllegalStateException(sample + " goes on after its end");
    }
    told.computeIfAbsent(sample, _ -> new ArrayList<>()).add(token);
    return enough.test(token) ? Flow.STOP : Flow.CONTINUE;
  }

  @Override
  public void finished(int request, int number, Generation generation) {
    Sample sample = new Sample(request, number);
    if (finished.put(sample, generation) != null) {
      throw new IllegalStateException(sample + " is finished twice");
    }
    int[] tokens = told(request, number).stream().mapToInt(GeneratedToken::id).toArray();
    if (!Arrays.equals(tokens, generation.tokens())) {
      throw new IllegalStateException(sample + " is told otherwise than it ends");
    }
  }

  List<GeneratedToken> told(int request, int sample) {
    return told.getOrDefault(new Sample(request, sample), List.of());
  }

  Generation finished(int request, int sample) {
    return Objects.requireNonNull(finished.get(new Sample(request, sample)));
  }

  Map<Sample, Generation> finished() {
    return finished;
  }
}
