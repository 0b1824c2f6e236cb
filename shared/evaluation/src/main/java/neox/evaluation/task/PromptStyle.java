package neox.evaluation.task;

import java.util.List;
import java.util.Optional;

/// What a caller says about all prompts.
///
/// @param systemInstruction stands before the description
/// @param chat writes prompts as conversations; empty for plain text
/// @param multiturn whether each example is a turn of its own in a conversation
public record PromptStyle(
    Optional<String> systemInstruction, Optional<ChatFormat> chat, boolean multiturn) {
  /// Plain text.
  public static final PromptStyle PLAIN =
      new PromptStyle(Optional.empty(), Optional.empty(), false);

  /// A conversation as a prompt.
  String write(List<Message> messages, boolean continuesLast) {
    if (chat.isEmpty()) {
      return Message.plain(messages);
    }
    return chat.get().write(multiturn ? messages : Message.inOneTurn(messages), continuesLast);
  }
}
