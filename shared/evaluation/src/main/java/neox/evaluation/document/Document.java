package neox.evaluation.document;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.template.value.Dict;
import neox.template.value.Printing;
import neox.template.value.Value;

/// One entry of a data set.
///
/// @param fields its columns
/// @param where `file:line`, for error messages
public record Document(Dict fields, String where) {

  /// A column; [UserException] when the document has no such column.
  public Value get(String name) {
    return find(name).orElseThrow(() -> missing(name));
  }

  /// A column that holds text.
  public String text(String name) {
    if (get(name) instanceof Value.Text(String text, _)) {
      return text;
    }
    throw wrong(name, "text");
  }

  /// A column that holds an integer, or its digits as text.
  public int integer(String name) {
    return switch (get(name)) {
      case Value.Int(BigInteger number) when number.bitLength() < Integer.SIZE -> number.intValue();
      case Value.Text(String text, _) when text.strip().matches("[-+]?[0-9]{1,9}") ->
          Integer.parseInt(text.strip());
      default -> throw wrong(name, "an integer");
    };
  }

  /// A column that holds a list, or a tuple.
  public List<Value> list(String name) {
    return switch (get(name)) {
      case Value.Listing(List<Value> items) -> items;
      case Value.Tuple tuple -> tuple.items();
      default -> throw wrong(name, "a list");
    };
  }

  /// A column that holds a list of texts.
  public List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    for (Value item : list(name)) {
      if (!(item instanceof Value.Text(String text, _))) {
        throw wrong(name, "a list of texts");
      }
      texts.add(text);
    }
    return texts;
  }

  /// A column, if there is one of this name.
  public Optional<Value> find(String name) {
    return fields.get(name);
  }

  /// The same entry with other columns.
  public Document with(Dict changed) {
    return new Document(changed, where);
  }

  /// The same entry with one more column, or with another value in it.
  public Document with(String name, Value value) {
    return with(new Dict.Builder().putAll(fields).put(name, value).build());
  }

  private UserException missing(String name) {
    List<String> names = fields.keys().stream().map(Printing::str).toList();
    return UserException.of(
        "%s: the document has no \"%s\"; its fields are %s", where, name, String.join(", ", names));
  }

  /// What to throw when a column holds something else.
  public UserException wrong(String name, String expected) {
    return UserException.of(
        "%s: \"%s\" must be %s, found %s", where, name, expected, ValueJson.of(get(name)));
  }
}
