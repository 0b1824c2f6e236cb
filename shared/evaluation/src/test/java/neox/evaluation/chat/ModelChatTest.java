package neox.evaluation.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.evaluation.task.Message;
import neox.evaluation.task.Message.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelChatTest {
  private static final String TEMPLATE =
      """
      {{ bos_token }}{% for m in messages %}<{{ m.role }}>{{ m.content|trim }}|{% endfor %}
      {% if add_generation_prompt %}<assistant>{% endif %}\
      """;
  private static final String NO_SYSTEM =
      "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
          + TEMPLATE;

  @TempDir private Path directory;
  private final List<String> warnings = new ArrayList<>();

  private ModelChat open(String name) throws IOException {
    Optional<String> wanted = name.isEmpty() ? Optional.empty() : Optional.of(name);
    return ModelChat.open(directory, wanted, warnings::add);
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text);
  }

  private static List<Message> messages(String... contents) {
    Role[] roles = {Role.SYSTEM, Role.USER, Role.ASSISTANT};
    List<Message> messages = new ArrayList<>();
    for (String content : contents) {
      messages.add(new Message(roles[messages.size()], content, ""));
    }
    return messages;
  }

  @Test
  void writesConversationsByTheModelsTemplate() throws IOException {
    write("chat_template.jinja", TEMPLATE);
    write("tokenizer_config.json", "{\"bos_token\": {\"content\": \"<s>\"}}");
    assertThat(open("").write(messages("Be brief.", "Hi "), false))
        .isEqualTo("<s><system>Be brief.|<user>Hi|<assistant>");
  }

  @Test
  void anAnswerThatHasBegunIsNotClosed() throws IOException {
    write("chat_template.jinja", TEMPLATE);
    assertThat(open("").write(messages("s", "q", "It is "), true))
        .isEqualTo("<system>s|<user>q|<assistant>It is");
    write("chat_template.jinja", TEMPLATE.replace("|trim", ""));
    assertThat(open("").write(messages("s", "q", "It is "), true))
        .isEqualTo("<system>s|<user>q|<assistant>It is ");
  }

  @Test
  void aTemplateThatTakesNoSystemMessageGetsNone() throws IOException {
    write("chat_template.jinja", NO_SYSTEM);
    ModelChat chat = open("");
    assertThat(chat.write(messages("s", "q"), false)).isEqualTo("<user>q|<assistant>");
    chat.write(messages("s", "q"), false);
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith("the chat template takes no system message, which is left out: ");
  }

  @Test
  void oneOfSeveralIsFoundByItsName() throws IOException {
    write(
        "tokenizer_config.json",
        "{\"chat_template\": [{\"name\": \"default\", \"template\": \"d\"},"
            + " {\"name\": \"rag\", \"template\": \"r\"}]}");
    assertThat(open("").source()).isEqualTo("d");
    assertThat(open("rag").source()).isEqualTo("r");
    assertThatThrownBy(() -> open("odd"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "--apply-chat-template: "
                + directory
                + " has no chat template 'odd'; it has default, rag");
  }
}
