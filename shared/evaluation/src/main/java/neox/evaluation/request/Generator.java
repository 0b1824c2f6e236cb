package neox.evaluation.request;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.inference.Decoding;
import neox.inference.GenerationRequest;
import neox.inference.LanguageModel;
import neox.inference.text.StopTokens;
import neox.inference.text.TextStream;
import neox.tokenizer.Tokenizer;

/// Continuations that end where a stop text appears.
///
/// Rows that pad the vocabulary may be chosen, as in the harness, which sees the network's rows
/// alone: such a token has no text. Scores, too, are shares of the probability of all rows.
///
/// @param eod ends every continuation
/// @param batchSize how many are written at the same time
record Generator(LanguageModel model, Tokenizer tokenizer, int eod, int maxLength, int batchSize) {

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
            i -> TextStream.of(tokenizer, stops(requests.get(order.get(i)).options())),
            (i, tokens) -> {
              int request = order.get(i);
              List<String> stops = stops(requests.get(request).options());
              sink.written(request, cut(tokenizer.decode(tokens), stops));
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
    int[] context = tokenizer.encode(request.context());
    if (context.length == 0) {
      context = new int[] {eod};
    }
    int[] kept = Arrays.copyOfRange(context, Math.max(0, context.length - room), context.length);
    return GenerationRequest.greedy(kept, maxTokens)
        .withSampler(request.options().sampler(), seed)
        .withStop(StopTokens.at(OptionalInt.of(eod)));
  }

  private List<String> stops(GenerationOptions options) {
    List<String> stops = new ArrayList<>(options.stops());
    String end = tokenizer.decode(eod);
    if (!stops.contains(end)) {
      stops.add(end);
    }
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
