package neox.inference;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;

/// What models write, in the order of the requests.
final class Continuations {
  static int[] greedy(LanguageModel model, int[] context, int maximumTokens) {
    List<GenerationRequest> requests = List.of(request(context, maximumTokens, token -> false));
    return of(model, requests, Decoding.greedy(model.maxLength())).getFirst();
  }

  static List<int[]> of(LanguageModel model, List<GenerationRequest> requests, Decoding decoding) {
    List<int[]> all = new ArrayList<>(Collections.nCopies(requests.size(), null));
    model.generate(
        requests,
        decoding,
        (request, written) -> {
          if (all.set(request, written) != null) {
            throw new IllegalStateException("request " + request + " is answered twice");
          }
        });
    return all;
  }

  static GenerationRequest request(int[] context, int maximumTokens, IntPredicate stop) {
    return new GenerationRequest(context, maximumTokens, stop);
  }

  private Continuations() {}
}
