package neox.evaluation.task;

import java.util.List;

/// How a model wants conversations written.
@FunctionalInterface
public interface ChatFormat {
  /// The template's text, as results show it; empty where there is none.
  default String source() {
    return "";
  }

  /// The text up to where the assistant goes on.
  ///
  /// @param continuesLast whether the last message is the assistant's, and not finished
  String write(List<Message> messages, boolean continuesLast);
}
