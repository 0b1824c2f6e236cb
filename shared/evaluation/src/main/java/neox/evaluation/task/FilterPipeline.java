package neox.evaluation.task;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.evaluation.document.Document;
import neox.evaluation.request.Response;
import neox.template.value.Fault;
import neox.template.value.Value;

/// Filters in order, under the name that results show.
public record FilterPipeline(String name, List<Filter> filters) {
  /// Takes the first response as it is.
  public static final FilterPipeline FIRST =
      new FilterPipeline("none", List.of(new Filter.TakeFirst()));

  public FilterPipeline {
    filters = List.copyOf(filters);
  }

  /// How many responses to each request are left in a list; empty where one of them is taken, and
  /// where a function decides.
  ///
  /// @param repeats how often each request is made
  public OptionalInt listed(int repeats) {
    int left = repeats;
    for (Filter filter : filters) {
      switch (filter) {
        case Filter.TakeFirst _, Filter.Custom _ -> {
          return OptionalInt.empty();
        }
        case Filter.TakeSome(int count) -> left = count;
        case Filter.MajorityVote _ -> left = 1;
        case Filter.Edit _, Filter.Extract _, Filter.Choose _, Filter.Tags _, Filter.Lookup _ -> {}
      }
    }
    return OptionalInt.of(left);
  }

  /// What is left of the responses to each request: one value, or a list where no filter has taken
  /// one of them.
  ///
  /// @param responses per request, one per repetition
  /// @param documents that of each request
  public List<Value> apply(List<List<Response>> responses, List<Document> documents) {
    List<Value> left = new ArrayList<>(responses.size());
    for (List<Response> repeated : responses) {
      left.add(new Value.Listing(repeated.stream().map(Response::value).toList()));
    }
    try {
      for (Filter filter : filters) {
        left = filter.apply(left, documents);
      }
    } catch (Fault fault) {
      throw new UserException("filter '" + name + "': " + fault.problem(), fault);
    }
    return left;
  }
}
