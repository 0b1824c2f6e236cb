package neox.evaluation.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.evaluation.task.ChatFormat;
import neox.evaluation.task.Message;
import neox.evaluation.task.Message.Role;
import neox.python.PythonText;
import neox.template.Functions;
import neox.template.Template;
import neox.template.value.Dialect;
import neox.template.value.Dict;
import neox.template.value.Value;
import neox.tokenizer.special.DeclaredTokens;

/// The chat template that lies beside a model of Hugging Face.
public final class ModelChat implements ChatFormat {
  private static final String FILE = "chat_template.jinja";
  private static final String KEY = "chat_template";

  /// Stands after an unfinished message, to find its end in what a template makes of it.
  private static final String MARK = "CONTINUE_FINAL_MESSAGE_TAG ";

  private final String source;
  private final Template template;
  private final Map<String, Value> names;
  private final Consumer<String> warnings;
  private final AtomicBoolean warned = new AtomicBoolean();

  private ModelChat(String source, Map<String, Value> names, Consumer<String> warnings) {
    this.source = source;
    this.template = Template.parse(source, KEY, Dialect.CHAT);
    this.names = names;
    this.warnings = warnings;
  }

  /// The template in a model's directory; [UserException] when there is none, or none of the name.
  ///
  /// @param name of one of several; empty for the usual one
  /// @param warnings told when conversations had to be changed
  public static ModelChat open(Path directory, Optional<String> name, Consumer<String> warnings)
      throws IOException {
    Path file = directory.resolve("tokenizer_config.json");
    JsonNode config = Files.exists(file) ? Json.read(file) : Json.mapper().createObjectNode();
    Map<String, String> templates = templates(directory, config);
    String wanted = name.orElse("default");
    String source = templates.get(wanted);
    if (source == null && templates.size() == 1) {
      source = templates.values().iterator().next(); // a name means nothing where there is one
    }
    if (source == null) {
      throw UserException.of(
          "--apply-chat-template: %s has no chat template%s; %s",
          directory,
          name.map(text -> " '" + text + "'").orElse(""),
          templates.isEmpty()
              ? "expected " + FILE + " or " + KEY + " in tokenizer_config.json"
              : "it has " + String.join(", ", templates.keySet()));
    }
    Map<String, Value> names = new HashMap<>();
    DeclaredTokens.in(directory).byRole().forEach((role, text) -> names.put(role, Value.of(text)));
    return new ModelChat(source, names, warnings);
  }

  private static Map<String, String> templates(Path directory, JsonNode config) throws IOException {
    Map<String, String> templates = new LinkedHashMap<>();
    JsonNode written = config.path(KEY);
    if (written.isTextual()) {
      templates.put("default", written.textValue());
    }
    for (JsonNode one : written) {
      templates.put(one.path("name").asText(), one.path("template").asText());
    }
    Path own = directory.resolve(FILE);
    if (Files.exists(own)) {
      templates.put("default", NamedFiles.readString(own));
    }
    return templates;
  }

  @Override
  public String source() {
    return source;
  }

  @Override
  public String write(List<Message> messages, boolean continuesLast) {
    try {
      return render(messages, continuesLast);
    } catch (UserException e) {
      List<Message> spoken = messages.stream().filter(m -> m.role() != Role.SYSTEM).toList();
      if (spoken.size() == messages.size()) {
        throw e;
      }
      if (!warned.getAndSet(true)) {
        warnings.accept(
            "the chat template takes no system message, which is left out: " + e.getMessage());
      }
      return render(spoken, continuesLast);
    }
  }

  private String render(List<Message> messages, boolean continuesLast) {
    List<Value> conversation = new ArrayList<>();
    for (Message message : messages) {
      boolean marked = continuesLast && conversation.size() == messages.size() - 1;
      conversation.add(
          new Dict.Builder()
              .put("role", Value.of(message.role().key()))
              .put("content", Value.of(message.content() + (marked ? MARK : "")))
              .build());
    }
    Map<String, Value> all = new HashMap<>(Functions.forChat(Clock.system(ZoneId.systemDefault())));
    all.putAll(names);
    all.put("messages", new Value.Listing(conversation));
    all.put("tools", Value.None.NONE);
    all.put("documents", Value.None.NONE);
    all.put("add_generation_prompt", Value.Bool.of(!continuesLast));
    String text = template.render(all);
    return continuesLast ? upToMark(text) : text;
  }

  /// A template may have stripped the message: then so is what stands before the mark.
  private static String upToMark(String text) {
    int at = text.lastIndexOf(MARK.strip());
    if (at < 0) {
      throw UserException.of("%s: the last message does not appear in what it writes", KEY);
    }
    String before = text.substring(0, at);
    return text.startsWith(MARK, at) ? before : PythonText.rightStrip(before);
  }
}
