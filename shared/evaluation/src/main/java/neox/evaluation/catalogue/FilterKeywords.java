package neox.evaluation.catalogue;

import java.math.BigInteger;
import java.util.List;
import neox.base.UserException;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Field;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.python.PythonRegex;
import neox.template.value.Dict;
import neox.template.value.Printing;
import neox.template.value.Value;

/// What a file says to a filter.
record FilterKeywords(String filter, Fields fields) {
  void refuseOthers(List<String> known) {
    for (Field field : fields.fields().values()) {
      String key = Printing.str(field.key());
      if (!known.contains(key)) {
        throw UserException.of(
            "%s: the filter %s has no keyword '%s'%s",
            field.place(),
            filter,
            key,
            known.isEmpty() ? "" : "; it has " + String.join(", ", known));
      }
    }
  }

  String text(String key, String fallback) {
    YamlNode node = fields.get(key).orElse(null);
    if (node == null) {
      return fallback;
    }
    if (node instanceof Scalar(Value.Text(String text, _), _)) {
      return text;
    }
    throw node.wrong(key + ": a text");
  }

  int integer(String key, int fallback) {
    YamlNode node = fields.get(key).orElse(null);
    if (node == null) {
      return fallback;
    }
    if (node instanceof Scalar(Value.Int(BigInteger number), _)
        && number.bitLength() < Integer.SIZE) {
      return number.intValue();
    }
    throw node.wrong(key + ": a whole number");
  }

  boolean flag(String key) {
    YamlNode node = fields.get(key).orElse(null);
    if (node == null) {
      return false;
    }
    if (node instanceof Scalar(Value.Bool(boolean flag), _)) {
      return flag;
    }
    throw node.wrong(key + ": true or false");
  }

  /// Regular expressions, one or a list; none when nothing is said.
  List<PythonRegex> patterns(String key) {
    return fields.get(key).map(node -> RegexNode.patterns(key, node)).orElse(List.of());
  }

  PythonRegex pattern(String key, String fallback) {
    return fields
        .get(key)
        .map(node -> RegexNode.pattern(key, node))
        .orElseGet(() -> PythonRegex.compile(fallback));
  }

  Dict table(String key) {
    YamlNode node = fields.get(key).orElse(null);
    if (node == null) {
      return new Dict.Builder().build();
    }
    if (node instanceof Fields mapping) {
      return mapping.dict();
    }
    throw node.wrong(key + ": a mapping");
  }

  Value value(String key, Value fallback) {
    return fields.get(key).map(YamlNode::value).orElse(fallback);
  }
}
