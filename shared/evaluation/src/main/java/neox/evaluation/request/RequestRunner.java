package neox.evaluation.request;

import java.util.Arrays;
import java.util.List;

/// Answers requests: a model, or in tests a record of what a model once said.
public interface RequestRunner {
  /// Hears answers as they come.
  @FunctionalInterface
  interface Sink {
    /// Called once for every request, in any order, by one thread at a time.
    ///
    /// @param request its place in the list, from 0
    void answered(int request, Response response);
  }

  /// Answers every request; kinds may be mixed. [RefusedRequest] when one of them cannot be
  /// answered.
  void run(List<Request> requests, Sink sink);

  /// Answers in the order of the requests.
  default List<Response> run(List<Request> requests) {
    Response[] responses = new Response[requests.size()];
    run(requests, (request, response) -> responses[request] = response);
    return List.copyOf(Arrays.asList(responses));
  }
}
