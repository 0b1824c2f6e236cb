package neox.evaluation.catalogue;

import java.util.List;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.evaluation.metric.Metric;
import neox.evaluation.task.FilterPipeline;
import neox.evaluation.yaml.Place;

/// Refuses metrics that cannot be of the lists of responses that filters leave, before a model has
/// written any.
///
/// @param place where the filters stand
/// @param repeats how often each request is made
record ListedResponses(List<FilterPipeline> filters, Place place, int repeats) {
  private static final List<String> OF_ONE = List.of("bleu", "chrf", "chrf++", "ter");

  void require(Metric metric) {
    for (FilterPipeline filter : filters) {
      OptionalInt left = filter.listed(repeats);
      if (left.isPresent()) {
        require(metric, filter.name(), left.getAsInt());
      }
    }
  }

  private void require(Metric metric, String filter, int left) {
    if (OF_ONE.contains(metric.name()) && left != 1) {
      throw UserException.of(
          "%s: the filter '%s' leaves %d responses to each request, of which %s compares one; end it"
              + " with take_first",
          place, filter, left, metric.name());
    }
    if (!metric.comparison().ignored().orElse(List.of()).isEmpty()) {
      throw UserException.of(
          "%s: the filter '%s' leaves lists of responses, and regexes_to_ignore of %s are looked for"
              + " in texts; end it with take_first, or leave regexes_to_ignore out",
          place, filter, metric.name());
    }
  }
}
