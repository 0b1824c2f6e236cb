package neox.evaluation.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import neox.evaluation.config.AggregateEntry;

/// Figures of groups from those of their tasks.
final class GroupScores {
  private final Map<String, Group> groups = new LinkedHashMap<>();
  private final Map<String, TaskResult> tasks = new LinkedHashMap<>();
  private final Consumer<String> warn;

  /// @param warn hears of metrics that not every task of a group has
  GroupScores(List<Group> groups, List<TaskResult> tasks, Consumer<String> warn) {
    groups.forEach(group -> this.groups.put(group.name(), group));
    tasks.forEach(result -> this.tasks.put(result.task().name(), result));
    this.warn = warn;
  }

  /// Every group, members before the groups that hold them.
  List<GroupResult> all() {
    Set<Group> ordered = new LinkedHashSet<>();
    groups.values().forEach(group -> visit(group, ordered));
    return ordered.stream().map(this::result).toList();
  }

  private void visit(Group group, Set<Group> ordered) {
    for (String member : group.members()) {
      Group inner = groups.get(member);
      if (inner != null) {
        visit(inner, ordered);
      }
    }
    ordered.add(group);
  }

  private GroupResult result(Group group) {
    List<TaskResult> leaves = new ArrayList<>();
    collect(group, leaves);
    List<GroupResult.Figure> figures = new ArrayList<>();
    for (AggregateEntry figure : group.figures()) {
      for (String filter : filters(figure, leaves)) {
        figure(group, figure, filter, leaves).ifPresent(figures::add);
      }
    }
    int documents = leaves.stream().mapToInt(TaskResult::documents).sum();
    return new GroupResult(group, documents, figures);
  }

  private void collect(Group group, List<TaskResult> leaves) {
    for (String member : group.members()) {
      Group inner = groups.get(member);
      TaskResult task = tasks.get(member);
      if (inner != null) {
        collect(inner, leaves);
      } else if (task != null) {
        leaves.add(task);
      }
    }
  }

  private static Iterable<String> filters(AggregateEntry figure, List<TaskResult> leaves) {
    if (!figure.filters().isEmpty()) {
      return figure.filters();
    }
    Set<String> found = new TreeSet<>();
    for (TaskResult leaf : leaves) {
      for (MetricResult metric : leaf.metrics()) {
        if (metric.metric().name().equals(figure.metric())) {
          found.add(metric.filter());
        }
      }
    }
    return found;
  }

  /// What one task has of the metric, and how many documents it counts for.
  private record Part(MetricResult metric, int documents) {}

  private Optional<GroupResult.Figure> figure(
      Group group, AggregateEntry figure, String filter, List<TaskResult> leaves) {
    String key = figure.metric() + "," + filter;
    List<Part> parts = new ArrayList<>();
    List<String> without = new ArrayList<>();
    for (TaskResult leaf : leaves) {
      Optional<MetricResult> own =
          leaf.metrics().stream().filter(metric -> metric.key().equals(key)).findFirst();
      own.ifPresentOrElse(
          metric -> parts.add(new Part(metric, leaf.documents())),
          () -> without.add(leaf.task().name()));
    }
    if (!without.isEmpty()) {
      warn.accept(
          "group %s: %s is missing in %d of %d tasks, the first is %s"
              .formatted(group.name(), key, without.size(), leaves.size(), without.getFirst()));
    }
    return parts.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new GroupResult.Figure(
                figure.metric(),
                filter,
                mean(parts, figure.weightBySize()),
                standardError(parts, figure.weightBySize()),
                parts.stream().mapToInt(Part::documents).sum()));
  }

  private static double mean(List<Part> parts, boolean weightBySize) {
    double sum = 0;
    double weights = 0;
    for (Part part : parts) {
      int weight = weightBySize ? part.documents() : 1;
      sum += part.metric().value() * weight;
      weights += weight;
    }
    return sum / weights;
  }

  /// Of all documents as one sample, from the variances of its parts; or, where every task counts
  /// alike, of the mean of independent means.
  private static Optional<Double> standardError(List<Part> parts, boolean weightBySize) {
    double squares = 0;
    double documents = 0;
    for (Part part : parts) {
      if (part.metric().standardError().isEmpty()) {
        return Optional.empty();
      }
      double error = part.metric().standardError().get();
      int count = part.documents();
      squares += weightBySize ? (count - 1) * (error * error) * count : error * error;
      documents += count;
    }
    return Optional.of(
        weightBySize
            ? Math.sqrt(squares / (documents - parts.size()) / documents)
            : Math.sqrt(squares) / parts.size());
  }
}
