package neox.evaluation.config;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import neox.base.UserException;
import neox.base.text.Spelling;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Field;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.Items;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.template.value.Printing;
import neox.template.value.Value;

/// Takes values of certain types out of a mapping; what has another type is a [UserException]
/// `file:line: key: …`.
///
/// @param fields a key that is null counts as one that is not there, unless a method says otherwise
record Keys(Fields fields) {

  Optional<YamlNode> node(String key) {
    return fields.get(key);
  }

  /// What is said under a key, or else what is inherited. Null says that there is nothing, and
  /// nothing is inherited then.
  <T> Optional<T> own(String key, Function<String, Optional<T>> reader, Optional<T> inherited) {
    return fields.has(key) ? reader.apply(key) : inherited;
  }

  Optional<String> text(String key) {
    return node(key).map(node -> text(node, key));
  }

  /// A text; a number is taken for its digits, as Python's `str` would.
  private static String text(YamlNode node, String key) {
    return switch (node) {
      case Scalar(Value.Text(String text, _), _) -> text;
      case Scalar(Value.Int number, _) -> Printing.str(number);
      case Scalar(Value.Real number, _) -> Printing.str(number);
      default -> throw wrong(node, key, "a text");
    };
  }

  /// A text between two others, which may be empty but not null: nothing can be put there.
  String delimiter(String key, String otherwise) {
    Optional<YamlNode> node = fields.written(key);
    if (node.isPresent() && node.get().isNull()) {
      throw wrong(node.get(), key, "a text, such as \"\" for none");
    }
    return node.map(text -> text(text, key)).orElse(otherwise);
  }

  /// A text, or a list of texts.
  List<String> texts(String key) {
    return items(key).stream().map(node -> text(node, key)).toList();
  }

  /// The items of a list; a value that is none stands for a list with itself.
  List<YamlNode> items(String key) {
    return node(key)
        .map(node -> node instanceof Items list ? list.items() : List.of(node))
        .orElse(List.of());
  }

  /// The mappings of a list; one mapping stands for a list with itself.
  List<Fields> mappings(String key) {
    List<Fields> mappings = new ArrayList<>();
    for (YamlNode item : items(key)) {
      if (!(item instanceof Fields mapping)) {
        throw wrong(item, key, "a mapping");
      }
      mappings.add(mapping);
    }
    return mappings;
  }

  Optional<Fields> mapping(String key) {
    return node(key)
        .map(node -> {
          if (node instanceof Fields mapping) {
            return mapping;
          }
          throw wrong(node, key, "a mapping");
        });
  }

  Optional<Integer> integer(String key) {
    return node(key)
        .map(node -> {
          if (node instanceof Scalar(Value.Int(BigInteger number), _)
              && number.bitLength() < Integer.SIZE) {
            return number.intValue();
          }
          throw wrong(node, key, "a whole number");
        });
  }

  Optional<Boolean> flag(String key) {
    return node(key)
        .map(node -> {
          if (node instanceof Scalar(Value.Bool(boolean flag), _)) {
            return flag;
          }
          throw wrong(node, key, "true or false");
        });
  }

  /// Refuses keys that nobody would read, with the nearest one that somebody would.
  ///
  /// @param owner whose keys they are, such as `a task`
  void refuseOthers(String owner, Collection<String> known) {
    for (Field field : fields.fields().values()) {
      String key = Printing.str(field.key());
      if (!known.contains(key)) {
        String hint =
            Spelling.nearest(key, known, Math.max(2, key.length() / 3))
                .map(nearest -> "did you mean '" + nearest + "'?")
                .orElse("it has " + String.join(", ", known));
        throw UserException.of("%s: %s has no key '%s'; %s", field.place(), owner, key, hint);
      }
    }
  }

  static UserException wrong(YamlNode node, String key, String expected) {
    return UserException.of(
        "%s: %s: expected %s, found %s", node.place(), key, expected, node.describe());
  }
}
