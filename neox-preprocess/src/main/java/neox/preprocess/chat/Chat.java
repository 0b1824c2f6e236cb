package neox.preprocess.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import neox.preprocess.encode.BadRow;
import neox.template.value.Value;

/// A conversation of a row, checked as far as every template needs it.
///
/// @param roles of the messages
/// @param messages as the template sees them
record Chat(List<String> roles, List<Value> messages) {
  private static final String FORM = "{\"role\": …, \"content\": …}";

  static Chat of(JsonNode row, String key) throws BadRow {
    JsonNode list = row.path(key);
    if (list.isMissingNode()) {
      throw new BadRow("no key \"%s\" in this row (choose with --jsonl-keys)", key);
    }
    if (!list.isArray()) {
      throw new BadRow("key \"%s\" holds %s, expected a list of %s", key, kind(list), FORM);
    }
    if (list.isEmpty()) {
      throw new BadRow("key \"%s\" holds no messages", key);
    }
    List<String> roles = new ArrayList<>();
    List<Value> messages = new ArrayList<>();
    for (JsonNode message : list) {
      String where = "message " + (roles.size() + 1) + " of \"" + key + "\"";
      check(message, where);
      roles.add(message.get("role").textValue());
      messages.add(Value.of(message));
    }
    return new Chat(roles, messages);
  }

  private static void check(JsonNode message, String where) throws BadRow {
    if (!message.isObject()) {
      throw new BadRow("%s is %s, expected %s", where, kind(message), FORM);
    }
    JsonNode role = message.path("role");
    if (!role.isTextual()) {
      throw new BadRow(
          "%s has %s, expected %s",
          where, role.isMissingNode() ? "no \"role\"" : "a \"role\" that is " + kind(role), FORM);
    }
    // What the assistant asks of tools may come without a text.
    if (!message.has("content") && !message.has("tool_calls")) {
      throw new BadRow("%s has no \"content\", expected %s", where, FORM);
    }
  }

  /// What a JSON value is, for messages.
  static String kind(JsonNode json) {
    return switch (json.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> json.asText();
      case NULL -> "null";
      case MISSING, BINARY, POJO -> "nothing";
    };
  }
}
