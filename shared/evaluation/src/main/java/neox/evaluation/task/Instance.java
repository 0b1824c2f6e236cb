package neox.evaluation.task;

import java.util.List;
import neox.evaluation.document.Document;
import neox.evaluation.request.Request;
import neox.template.value.Value;

/// One document of a task with everything that was made of it.
///
/// @param id its position among the documents of the split
/// @param question a text, or the number of the choice that completes it
/// @param target a text, the number of a choice, or a list of either
/// @param choices the possible answers; none for tasks without choices
/// @param flags what the task's first document decides
/// @param requests in the order of the choices
public record Instance(
    int id,
    Document document,
    Value question,
    Value target,
    List<String> choices,
    Flags flags,
    List<Request> requests) {

  public Instance {
    choices = List.copyOf(choices);
    requests = List.copyOf(requests);
  }

  /// How documents of a task are read.
  ///
  /// @param choicesAreContexts whether the choices complete the question (Winograd schemas): every
  ///   choice is a context, the target is the common continuation
  /// @param manyTargets whether the task accepts any of several answers
  public record Flags(boolean choicesAreContexts, boolean manyTargets) {}

  public boolean choicesAreContexts() {
    return flags.choicesAreContexts();
  }

  public boolean manyTargets() {
    return flags.manyTargets();
  }
}
