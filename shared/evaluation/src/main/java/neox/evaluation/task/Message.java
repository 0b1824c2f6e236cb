package neox.evaluation.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One turn of a conversation.
///
/// @param delimiter what follows it where a prompt is plain text
public record Message(Role role, String content, String delimiter) {
  /// Who speaks.
  public enum Role {
    SYSTEM,
    USER,
    ASSISTANT;

    /// The name in chat templates.
    public String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A conversation as plain text.
  static String plain(List<Message> messages) {
    StringBuilder text = new StringBuilder();
    messages.forEach(message -> text.append(message.content()).append(message.delimiter()));
    return text.toString();
  }

  /// All that the user and the assistant say as one turn of the user's, but for what the assistant
  /// says last.
  static List<Message> inOneTurn(List<Message> messages) {
    boolean hasSystem = messages.getFirst().role() == Role.SYSTEM;
    boolean answers = messages.getLast().role() == Role.ASSISTANT;
    List<Message> turn = messages.subList(hasSystem ? 1 : 0, messages.size() - (answers ? 1 : 0));
    Message last = turn.getLast();
    String text = plain(turn.subList(0, turn.size() - 1)) + last.content();
    List<Message> collapsed = new ArrayList<>();
    if (hasSystem) {
      collapsed.add(messages.getFirst());
    }
    collapsed.add(new Message(Role.USER, text, ""));
    if (answers) {
      collapsed.add(messages.getLast());
    }
    return collapsed;
  }
}
