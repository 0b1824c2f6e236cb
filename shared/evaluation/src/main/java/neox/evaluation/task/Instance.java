package neox.evaluation.task;

import java.util.List;
import neox.evaluation.request.Request;

/// One document of a task with everything that was made of it.
///
/// @param id its position among the evaluated documents
/// @param choices the possible answers; none for tasks without choices
/// @param manyTargets whether the task accepts any of several answers (its first document decides)
/// @param requests in the order of the choices
public record Instance(
    int id,
    Document document,
    Question question,
    Target target,
    List<String> choices,
    boolean manyTargets,
    List<Request> requests) {

  public Instance {
    choices = List.copyOf(choices);
    requests = List.copyOf(requests);
  }
}
