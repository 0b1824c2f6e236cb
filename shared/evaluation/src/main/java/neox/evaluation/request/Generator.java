package neox.evaluation.request;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.inference.Decoding;
import neox.inference.GenerationRequest;
import neox.inference.LanguageModel;
import neox.inference.text.StopTokens;
import neox.inference.text.TextStream;
import neox.tokenizer.special.TextBounds;

/// Continuations that end where a stop text appears.
///
/// Rows that pad the vocabulary may be chosen, as in the harness, which sees the network's rows
/// alone: such a token has no text. Scores, too, are shares of the probability of all rows.
///
/// @param bounds of texts: what ends every continuation
/// @param batchSize how many are written at the same time
record Generator(
    LanguageModel model, PairEncoder encoder, TextBounds bounds, int maxLength, int batchSize) {

  /// Hears texts as they are finished.
  @FunctionalInterface
  interface Sink {
    void written(int request, String text);
  }

  /// Writes a text for every request; they finish in any order.
  void generate(List<Request.Generate> requests, Sink sink) {
    RequestSeeds seeds = new RequestSeeds();
    List<GenerationRequest> unsorted =
        requests.stream().map(request -> request(request, seeds.next(request.context()))).toList();
    List<Integer> order = // neighbours of equal length waste no work
        IntStream.range(0, requests.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> -unsorted.get(i).context().length))
            .toList();
    Decoding decoding = Decoding.upTo(model.maxLength()).withBatchSize(batchSize);
    model.generate(
        order.stream().map(unsorted::get).toList(),
        decoding,
        new StopTextSink(
            i -> TextStream.of(encoder.tokenizer(), stops(requests.get(order.get(i)).options())),
            (i, tokens) -> {
              int request = order.get(i);
              List<String> stops = stops(requests.get(request).options());
              sink.written(request, cut(encoder.tokenizer().decode(tokens), stops));
            }));
  }

  private GenerationRequest request(Request.Generate request, long seed) {
    int maxTokens = request.options().maxTokens();
    int room = maxLength - maxTokens;
    if (room <= 0) {
      throw UserException.of(
          "max_gen_toks %d leaves no room for a prompt in the model's %d tokens; give a smaller one"
              + " with --gen-kwargs max_gen_toks=N",
          maxTokens, maxLength);
    }
    int[] context = encoder.encode(request.context());
    if (context.length == 0) {
      context = new int[] {encoder.prefix()};
    }
    int[] kept = Arrays.copyOfRange(context, Math.max(0, context.length - room), context.length);
    return GenerationRequest.greedy(kept, maxTokens)
        .withSampler(request.options().sampler(), seed)
        .withStop(StopTokens.at(ends()));
  }

  /// The model's own, and the tokenizer's.
  private List<Integer> ends() {
    return IntStream.concat(
            bounds.stops().stream().mapToInt(Integer::intValue), bounds.end().stream())
        .distinct()
        .boxed()
        .toList();
  }

  private List<String> stops(GenerationOptions options) {
    List<String> stops = new ArrayList<>(options.stops());
    bounds
        .end()
        .ifPresent(end -> {
          String text = encoder.tokenizer().decode(end);
          if (!stops.contains(text)) {
            stops.add(text);
          }
        });
    stops.removeIf(String::isEmpty);
    return stops;
  }

  /// The text before the first occurrence of any stop text.
  private static String cut(String text, List<String> stops) {
    String result = text;
    for (String stop : stops) {
      int at = result.indexOf(stop);
      result = at < 0 ? result : result.substring(0, at);
    }
    return result;
  }
}
