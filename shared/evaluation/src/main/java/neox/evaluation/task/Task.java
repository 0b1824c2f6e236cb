package neox.evaluation.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import java.util.List;
import java.util.function.UnaryOperator;
import neox.evaluation.metric.Metric;
import neox.evaluation.request.GenerationOptions;

/// One benchmark, complete: everything the pipeline knows about it is here, so that a loader of
/// task files only has to build this record.
///
/// @param version as results show it: a number or a text
/// @param process turns the documents of any split into those that prompts see
/// @param scoring from answers to numbers, see [Scoring#standard]
/// @param filters each gives figures of its own; most tasks have [FilterPipeline#FIRST] alone
/// @param repeats how often each request is made
public record Task(
    String name,
    JsonNode version,
    DataSet data,
    UnaryOperator<List<Document>> process,
    OutputType outputType,
    Prompt prompt,
    FewShot fewShot,
    GenerationOptions generation,
    List<Metric> metrics,
    Scoring scoring,
    List<FilterPipeline> filters,
    int repeats) {

  public Task {
    metrics = List.copyOf(metrics);
    filters = List.copyOf(filters);
    if (metrics.isEmpty() || filters.isEmpty() || repeats < 1) {
      throw new IllegalArgumentException(name + " needs metrics, filters and repeats");
    }
  }

  /// A task of version 1 with standard scoring and no surprises.
  public static Task of(
      String name, DataSet data, OutputType outputType, Prompt prompt, List<Metric> metrics) {
    return new Task(
        name,
        DoubleNode.valueOf(1.0),
        data,
        UnaryOperator.identity(),
        outputType,
        prompt,
        FewShot.DEFAULT,
        GenerationOptions.until(prompt.exampleDelimiter()),
        metrics,
        Scoring.standard(outputType, metrics),
        List.of(FilterPipeline.FIRST),
        1);
  }

  public Task processing(UnaryOperator<List<Document>> by) {
    return new Task(
        name,
        version,
        data,
        by,
        outputType,
        prompt,
        fewShot,
        generation,
        metrics,
        scoring,
        filters,
        repeats);
  }

  public Task generating(GenerationOptions by) {
    return new Task(
        name,
        version,
        data,
        process,
        outputType,
        prompt,
        fewShot,
        by,
        metrics,
        scoring,
        filters,
        repeats);
  }
}
