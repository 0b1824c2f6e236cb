package neox.evaluation.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/// What came out of an evaluation: tasks in the order in which they ran, groups in the order in
/// which they were asked for, each before its members.
///
/// @param scores of the groups, members before the groups that hold them
public record Results(List<TaskResult> tasks, List<Group> groups, List<GroupResult> scores) {
  private static final String UNFILTERED = "none";

  public Results {
    tasks = List.copyOf(tasks);
    groups = List.copyOf(groups);
    scores = List.copyOf(scores);
  }

  /// Of tasks without groups.
  public static Results of(List<TaskResult> tasks) {
    return new Results(tasks, List.of(), List.of());
  }

  /// With the figures of the groups.
  ///
  /// @param warn hears of metrics that not every task of a group has
  public static Results of(List<TaskResult> tasks, List<Group> groups, Consumer<String> warn) {
    return new Results(tasks, groups, new GroupScores(groups, tasks, warn).all());
  }

  /// Every figure by a name for sinks of metrics: `TASK_METRIC`, and behind a comma the filter
  /// where there is one.
  public Map<String, Double> byName() {
    Map<String, Double> figures = new LinkedHashMap<>();
    for (TaskResult result : tasks) {
      for (MetricResult metric : result.metrics()) {
        figures.put(
            name(result.task().name(), metric.metric().name(), metric.filter()), metric.value());
      }
    }
    for (GroupResult result : scores) {
      for (GroupResult.Figure figure : result.figures()) {
        figures.put(name(result.group().name(), figure.metric(), figure.filter()), figure.value());
      }
    }
    return figures;
  }

  private static String name(String task, String metric, String filter) {
    String name = task + "_" + metric;
    return filter.equals(UNFILTERED) ? name : name + "," + filter;
  }

  /// Examples before each question, by task; a group has a number where its members agree. Sorted
  /// by name.
  Map<String, Integer> shots() {
    Map<String, Integer> shots = new TreeMap<>();
    tasks.forEach(result -> shots.put(result.task().name(), result.shots()));
    for (Group group : groups) {
      Set<Integer> different = new LinkedHashSet<>();
      group.members().stream()
          .filter(shots::containsKey)
          .forEach(member -> different.add(shots.getOrDefault(member, 0)));
      if (different.size() == 1) {
        shots.put(group.name(), different.iterator().next());
      }
    }
    return shots;
  }

  /// Whether higher is better, by task and metric; empty where the members of a group disagree.
  /// Sorted by name.
  ///
  /// A group sees its members as they are when its turn comes: one that stands before the groups it
  /// holds knows of their metrics nothing, as in the harness.
  Map<String, Map<String, Optional<Boolean>>> directions() {
    Map<String, Map<String, Optional<Boolean>>> all = new TreeMap<>();
    for (TaskResult result : tasks) {
      Map<String, Optional<Boolean>> own = new LinkedHashMap<>();
      result.task().metrics().forEach(m -> own.put(m.name(), Optional.of(m.higherIsBetter())));
      all.put(result.task().name(), own);
    }
    for (Group group : groups) {
      Map<String, Optional<Boolean>> together = new LinkedHashMap<>();
      for (String member : group.members()) {
        all.getOrDefault(member, Map.of())
            .forEach((metric, higher) ->
                together.merge(metric, higher, (a, b) -> a.equals(b) ? a : Optional.empty()));
      }
      if (!together.isEmpty()) {
        all.put(group.name(), together);
      }
    }
    return all;
  }

  /// A name of a task or a group, and how deep it stands below the group that was asked for.
  record Place(String name, int depth) {}

  /// The order of tables: groups with their members below them, then the tasks of no group; by name
  /// each.
  List<Place> places() {
    Map<String, Group> byName = new TreeMap<>();
    groups.forEach(group -> byName.put(group.name(), group));
    Set<String> inner = new LinkedHashSet<>();
    groups.forEach(group -> inner.addAll(group.members()));
    List<Place> places = new ArrayList<>();
    byName.keySet().stream()
        .filter(name -> !inner.contains(name))
        .forEach(name -> append(name, 0, byName, places));
    tasks.stream()
        .map(result -> result.task().name())
        .filter(name -> !inner.contains(name))
        .sorted()
        .forEach(name -> places.add(new Place(name, 0)));
    return places;
  }

  private static void append(
      String name, int depth, Map<String, Group> groups, List<Place> places) {
    places.add(new Place(name, depth));
    Group group = groups.get(name);
    if (group != null) {
      group.members().stream()
          .sorted()
          .forEach(member -> append(member, depth + 1, groups, places));
    }
  }
}
