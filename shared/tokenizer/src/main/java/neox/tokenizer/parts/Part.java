package neox.tokenizer.parts;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import neox.base.UserException;

/// An object of a `tokenizer.json` that is read field by field: what is missing, of another type or
/// left over is a [UserException] that names file, part and field.
public final class Part {
  /// No file of a tokenizer comes near; each part costs time for every text.
  private static final int MAX_PARTS = 1000;

  private static final int MAX_SHOWN = 40;

  private final JsonNode node;
  private final String where;
  private final Set<String> asked = new HashSet<>();

  /// How many parts were read of the outermost one.
  private final AtomicInteger count;

  private Part(JsonNode node, String where, AtomicInteger count) {
    this.node = node;
    this.where = where;
    this.count = count;
  }

  /// The part that a node is.
  ///
  /// @param where names file and place in errors
  public static Part of(JsonNode node, String where) {
    return of(node, where, new AtomicInteger());
  }

  private static Part of(JsonNode node, String where, AtomicInteger count) {
    if (!node.isObject()) {
      throw wrong(where, "an object", node);
    }
    if (count.incrementAndGet() > MAX_PARTS) {
      throw UserException.of("%s: is more than the %d parts that are supported", where, MAX_PARTS);
    }
    return new Part(node, where, count);
  }

  public String where() {
    return where;
  }

  /// Whether a field is there and not null.
  public boolean has(String field) {
    return node.hasNonNull(field);
  }

  /// Lets fields be that say nothing about ids or text.
  public Part ignoring(String... fields) {
    asked.addAll(List.of(fields));
    return this;
  }

  /// Refuses every field that nobody asked for.
  public void done() {
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (!asked.contains(field.getKey()) && !field.getValue().isNull()) {
        throw UserException.of(
            "%s: unknown field \"%s\" with the value %s",
            where, field.getKey(), shortened(field.getValue()));
      }
    }
  }

  public String string(String field) {
    JsonNode value = required(field);
    if (!value.isTextual()) {
      throw wrong(where + "." + field, "a text", value);
    }
    return value.textValue();
  }

  public Optional<String> optionalString(String field) {
    asked.add(field);
    return has(field) ? Optional.of(string(field)) : Optional.empty();
  }

  /// A text of one character.
  public String character(String field) {
    String text = string(field);
    if (text.codePointCount(0, text.length()) != 1) {
      throw wrong(where + "." + field, "one character", required(field));
    }
    return text;
  }

  public boolean flag(String field) {
    JsonNode value = required(field);
    if (!value.isBoolean()) {
      throw wrong(where + "." + field, "true or false", value);
    }
    return value.booleanValue();
  }

  public boolean flag(String field, boolean otherwise) {
    asked.add(field);
    return has(field) ? flag(field) : otherwise;
  }

  public int integer(String field, int min, int max) {
    return integer(required(field), where + "." + field, min, max);
  }

  public int integer(String field, int min, int max, int otherwise) {
    asked.add(field);
    return has(field) ? integer(field, min, max) : otherwise;
  }

  private static int integer(JsonNode value, String where, int min, int max) {
    if (!value.isInt() || value.intValue() < min || value.intValue() > max) {
      throw wrong(where, "a whole number from " + min + " to " + max, value);
    }
    return value.intValue();
  }

  /// One of some texts.
  public <T> T choice(String field, Map<String, T> values) {
    T value = values.get(string(field));
    if (value == null) {
      throw UserException.of(
          "%s.%s: unknown value %s; supported: %s",
          where,
          field,
          shortened(required(field)),
          String.join(", ", values.keySet().stream().sorted().toList()));
    }
    return value;
  }

  /// The object in a field.
  public Part part(String field) {
    return of(required(field), where + "." + field, count);
  }

  /// The objects in a field that is a list.
  public List<Part> parts(String field) {
    List<Part> parts = new ArrayList<>();
    List<JsonNode> items = items(field, MAX_PARTS);
    for (int i = 0; i < items.size(); i++) {
      parts.add(of(items.get(i), where + "." + field + "[" + i + "]", count));
    }
    return parts;
  }

  /// The objects in a field by their names.
  public Map<String, Part> members(String field) {
    Map<String, Part> members = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> member : part(field).node.properties()) {
      String name = where + "." + field + "[\"" + member.getKey() + "\"]";
      members.put(member.getKey(), of(member.getValue(), name, count));
    }
    return members;
  }

  /// The whole numbers in a field that is a list.
  public List<Integer> integers(String field, int min, int max) {
    List<Integer> integers = new ArrayList<>();
    for (JsonNode item : items(field, MAX_PARTS)) {
      integers.add(integer(item, where + "." + field, min, max));
    }
    return integers;
  }

  /// The values in a field that is a list.
  public List<JsonNode> items(String field, int max) {
    JsonNode value = required(field);
    if (!value.isArray() || value.size() > max) {
      throw wrong(where + "." + field, "a list of at most " + max, value);
    }
    List<JsonNode> items = new ArrayList<>();
    value.forEach(items::add);
    return items;
  }

  /// A field as it stands in the file.
  public JsonNode required(String field) {
    asked.add(field);
    JsonNode value = node.path(field);
    if (value.isMissingNode()) {
      throw UserException.of("%s: has no field \"%s\"", where, field);
    }
    return value;
  }

  /// The error of a type that is none of those that are known.
  public UserException unknownType(String supported) {
    return UserException.of(
        "%s: unknown type %s; supported: %s", where, shortened(node.path("type")), supported);
  }

  /// The error of a combination that has no meaning of its own, or none that is supported.
  public UserException refusal(String what) {
    return UserException.of("%s: %s", where, what);
  }

  private static UserException wrong(String where, String expected, JsonNode found) {
    return UserException.of("%s: expected %s, found %s", where, expected, shortened(found));
  }

  /// A value for an error message.
  public static String shortened(JsonNode value) {
    if (value.isMissingNode()) {
      return "nothing";
    }
    if (value.isContainerNode()) {
      return value.isArray() ? "a list of " + value.size() : "an object";
    }
    String text = value.toString();
    return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
  }
}
