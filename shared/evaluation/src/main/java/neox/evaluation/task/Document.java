package neox.evaluation.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;

/// One entry of a data set.
///
/// @param fields its columns; must not be changed
/// @param where `file:line`, for error messages
public record Document(ObjectNode fields, String where) {
  /// A column that holds text.
  public String text(String name) {
    JsonNode value = field(name);
    if (!value.isTextual()) {
      throw wrong(name, "text", value);
    }
    return value.textValue();
  }

  /// A column that holds an integer, or its digits as text.
  public int integer(String name) {
    JsonNode value = field(name);
    if (value.canConvertToInt() && value.isIntegralNumber()) {
      return value.intValue();
    }
    try {
      return Integer.parseInt(value.asText());
    } catch (NumberFormatException e) {
      throw wrong(name, "an integer", value);
    }
  }

  /// A column that holds a list of texts; a dotted name reaches into objects.
  public List<String> texts(String name) {
    JsonNode value = field(name);
    List<String> texts = new ArrayList<>();
    for (JsonNode item : value) {
      texts.add(item.asText());
    }
    if (!value.isArray() || texts.isEmpty()) {
      throw wrong(name, "a list of texts", value);
    }
    return texts;
  }

  /// The same entry with other columns.
  public Document with(ObjectNode changed) {
    return new Document(changed, where);
  }

  private JsonNode field(String name) {
    JsonNode value = fields;
    for (String part : name.split("\\.", -1)) {
      value = value.path(part);
    }
    if (value.isMissingNode() || value.isNull()) {
      throw UserException.of(
          "%s: the document has no \"%s\"; its fields are %s",
          where, name, String.join(", ", (Iterable<String>) fields::fieldNames));
    }
    return value;
  }

  private UserException wrong(String name, String expected, JsonNode value) {
    return UserException.of("%s: \"%s\" must be %s, found %s", where, name, expected, value);
  }
}
