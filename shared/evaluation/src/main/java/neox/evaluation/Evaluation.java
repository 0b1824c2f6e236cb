package neox.evaluation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.evaluation.document.Document;
import neox.evaluation.metric.Bootstrap;
import neox.evaluation.metric.Metric;
import neox.evaluation.metric.StandardAggregation;
import neox.evaluation.metric.TextComparison;
import neox.evaluation.report.MetricResult;
import neox.evaluation.report.Sample;
import neox.evaluation.report.TaskResult;
import neox.evaluation.request.RefusedRequest;
import neox.evaluation.request.Request;
import neox.evaluation.request.RequestRunner;
import neox.evaluation.request.Response;
import neox.evaluation.task.FilterPipeline;
import neox.evaluation.task.Instance;
import neox.evaluation.task.InstanceBuilder;
import neox.evaluation.task.InstanceBuilder.Instances;
import neox.evaluation.task.Task;
import neox.template.value.Fault;
import neox.template.value.Value;

/// The pipeline: documents become requests, all requests go to the model together, answers become
/// values, values become figures.
///
/// @param shots examples before each question; empty for each task's own number
public record Evaluation(
    InstanceBuilder builder, Optional<Integer> shots, Bootstrap bootstrap, Console console) {

  /// Reads the documents of all tasks and makes their requests.
  public List<Instances> prepare(List<Task> tasks) throws IOException {
    List<Instances> all = new ArrayList<>();
    for (Task task : tasks) {
      all.add(builder.build(task, shots));
    }
    return all;
  }

  /// Has all requests answered together; results in the order of the tasks.
  public List<TaskResult> run(List<Instances> all, RequestRunner runner)
      throws InterruptedException {
    List<Request> requests = new ArrayList<>();
    for (Instances instances : all) {
      instances.list().forEach(instance -> requests.addAll(repeated(instance, instances.task())));
    }
    console.info("%d tasks, %d requests", all.size(), requests.size());
    List<Response> responses;
    try {
      responses = runner.run(requests);
    } catch (RefusedRequest e) {
      throw new UserException(where(all, e.number()) + ": " + e.getMessage(), e);
    }
    List<TaskResult> results = new ArrayList<>();
    int from = 0;
    for (Instances instances : all) {
      int count = instances.list().stream().mapToInt(i -> i.requests().size()).sum();
      int to = from + count * instances.task().repeats();
      results.add(result(instances, responses.subList(from, to)));
      from = to;
    }
    return results;
  }

  /// The document that a request is of.
  private static String where(List<Instances> all, int number) {
    int end = 0;
    for (Instances instances : all) {
      for (Instance instance : instances.list()) {
        end += instance.requests().size() * instances.task().repeats();
        if (number < end) {
          return instance.document().where();
        }
      }
    }
    throw new IllegalStateException("request " + number + " of " + end);
  }

  private static List<Request> repeated(Instance instance, Task task) {
    List<Request> repeated = new ArrayList<>();
    instance.requests().forEach(r -> repeated.addAll(Collections.nCopies(task.repeats(), r)));
    return repeated;
  }

  private TaskResult result(Instances instances, List<Response> responses)
      throws InterruptedException {
    Task task = instances.task();
    List<MetricResult> metrics = new ArrayList<>();
    List<Sample> samples = new ArrayList<>();
    for (FilterPipeline filter : task.filters()) {
      List<Sample> filtered = samples(instances, responses, filter);
      metrics.addAll(aggregate(task, filter, filtered));
      samples.addAll(filtered);
    }
    return new TaskResult(
        task, instances.shots(), instances.total(), scored(samples), metrics, samples);
  }

  /// The most values that a metric has under one filter.
  private static int scored(List<Sample> samples) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Sample sample : samples) {
      sample
          .values()
          .keySet()
          .forEach(n -> counts.merge(n + "," + sample.filter(), 1, Integer::sum));
    }
    return counts.values().stream().max(Integer::compare).orElse(0);
  }

  private static List<Sample> samples(
      Instances instances, List<Response> responses, FilterPipeline filter) {
    int repeats = instances.task().repeats();
    List<List<Response>> all = new ArrayList<>();
    List<Document> documents = new ArrayList<>();
    for (Instance instance : instances.list()) {
      for (int i = 0; i < instance.requests().size(); i++) {
        int from = all.size() * repeats;
        all.add(List.copyOf(responses.subList(from, from + repeats)));
        documents.add(instance.document());
      }
    }
    List<Value> filtered = filter.apply(all, documents);
    List<Sample> samples = new ArrayList<>();
    int from = 0;
    for (Instance instance : instances.list()) {
      int to = from + instance.requests().size();
      List<Value> own = List.copyOf(filtered.subList(from, to));
      Map<String, Value> values = score(instances.task(), instance, own);
      samples.add(new Sample(instance, filter.name(), all.subList(from, to), own, values));
      from = to;
    }
    return samples;
  }

  private static Map<String, Value> score(Task task, Instance instance, List<Value> results) {
    try {
      return task.scoring().score(instance, results);
    } catch (Fault fault) {
      throw new UserException(
          "%s: task %s: %s".formatted(instance.document().where(), task.name(), fault.problem()),
          fault);
    }
  }

  private List<MetricResult> aggregate(Task task, FilterPipeline filter, List<Sample> samples)
      throws InterruptedException {
    Map<String, List<Value>> columns = new LinkedHashMap<>();
    for (Sample sample : samples) {
      sample
          .values()
          .forEach(
              (name, value) -> columns.computeIfAbsent(name, n -> new ArrayList<>()).add(value));
    }
    List<MetricResult> results = new ArrayList<>();
    for (Map.Entry<String, List<Value>> column : columns.entrySet()) {
      Metric metric = metric(task, column.getKey());
      List<Value> values = column.getValue();
      if (metric.aggregation().isBootstrapped() && bootstrap.iterations() > 0) {
        console.info("bootstrapping the standard error of %s %s", task.name(), metric.name());
      }
      results.add(
          new MetricResult(
              metric,
              filter.name(),
              metric.aggregation().of(values),
              metric.aggregation().standardError(values, bootstrap)));
    }
    return results;
  }

  /// What a task's function gives and its file does not name is a mean.
  private static Metric metric(Task task, String name) {
    return task.metrics().stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .orElseGet(() -> new Metric(name, StandardAggregation.MEAN, true, TextComparison.EXACT));
  }
}
