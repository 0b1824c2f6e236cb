package neox.evaluation.request;

import java.util.List;

/// Answers requests: a model, or in tests a record of what a model once said.
public interface RequestRunner {
  /// Answers in the order of the requests; kinds may be mixed. [RefusedRequest] when one of them
  /// cannot be answered.
  List<Response> run(List<Request> requests);
}
