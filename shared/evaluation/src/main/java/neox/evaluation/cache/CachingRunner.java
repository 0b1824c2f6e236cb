package neox.evaluation.cache;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.Tool;
import neox.evaluation.request.GenerationOptions;
import neox.evaluation.request.RefusedRequest;
import neox.evaluation.request.Request;
import neox.evaluation.request.RequestRunner;
import neox.evaluation.request.Response;

/// Answers from a log what is there, asks the model for the rest, and keeps what it says as soon as
/// it is said. Equal requests are asked once; texts that are drawn are asked always.
///
/// A log that can no longer be written costs a warning, not the evaluation.
public final class CachingRunner implements RequestRunner {
  private final RequestRunner model;
  private final AnswerLog log;
  private final Console console;
  private boolean hasFailed;

  public CachingRunner(RequestRunner model, AnswerLog log, Console console) {
    this.model = model;
    this.log = log;
    this.console = console;
  }

  @Override
  public void run(List<Request> requests, Sink sink) {
    List<Request> asked = new ArrayList<>();
    List<List<Integer>> places = new ArrayList<>();
    Map<Request, List<Integer>> missing = new HashMap<>();
    int known = 0;
    for (int i = 0; i < requests.size(); i++) {
      Request request = requests.get(i);
      Optional<Response> answer = isDrawn(request) ? Optional.empty() : log.find(request);
      List<Integer> equal = isDrawn(request) ? null : missing.get(request);
      if (answer.isPresent()) {
        sink.answered(i, answer.get());
        known++;
      } else if (equal != null) {
        equal.add(i);
      } else {
        List<Integer> first = new ArrayList<>(List.of(i));
        asked.add(request);
        places.add(first);
        missing.put(request, first);
      }
    }
    console.info("%d of %d answers were there already", known, requests.size());
    ask(asked, places, sink);
  }

  /// Another answer each time, of which none stands for the others.
  private static boolean isDrawn(Request request) {
    return request instanceof Request.Generate(String context, GenerationOptions options)
        && options.sampler().temperature() > 0;
  }

  private void ask(List<Request> requests, List<List<Integer>> places, Sink sink) {
    try {
      model.run(
          requests,
          (request, response) -> {
            if (!isDrawn(requests.get(request))) {
              keep(requests.get(request), response);
            }
            places.get(request).forEach(place -> sink.answered(place, response));
          });
    } catch (RefusedRequest e) {
      throw e.at(places.get(e.number()).getFirst());
    }
  }

  private void keep(Request request, Response response) {
    try {
      log.add(request, response);
    } catch (IOException e) {
      if (!hasFailed) {
        hasFailed = true;
        console.warn(
            "%s; the evaluation goes on, some of its answers are not kept", Tool.describe(e));
      }
    }
  }
}
