package neox.evaluation.task;

import java.util.List;
import neox.base.UserException;
import neox.evaluation.request.Response;

/// Filters in order, under the name that results show.
public record FilterPipeline(String name, List<Filter> filters) {
  /// Takes the first response as it is.
  public static final FilterPipeline FIRST =
      new FilterPipeline("none", List.of(new Filter.TakeFirst()));

  public FilterPipeline {
    filters = List.copyOf(filters);
  }

  /// The one response that is left of those to one request.
  public Response apply(List<Response> responses) {
    List<Response> left = responses;
    for (Filter filter : filters) {
      left = filter.apply(left);
    }
    if (left.size() != 1) {
      throw UserException.of(
          "filter '%s' leaves %d responses to one request; end it with take_first or majority_vote",
          name, left.size());
    }
    return left.getFirst();
  }
}
