package neox.evaluation.report;

import java.util.List;
import java.util.Map;
import neox.evaluation.request.Response;
import neox.evaluation.task.Instance;
import neox.template.value.Value;

/// One document with its answers and values under one filter.
///
/// @param responses per request, one per repetition
/// @param filtered one per request
public record Sample(
    Instance instance,
    String filter,
    List<List<Response>> responses,
    List<Value> filtered,
    Map<String, Value> values) {}
