package neox.evaluation.catalogue;

import java.util.List;
import java.util.regex.PatternSyntaxException;
import neox.base.UserException;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Items;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.python.PythonRegex;
import neox.template.value.Value;

/// Regular expressions in task files, which are those of Python.
final class RegexNode {
  /// One, or a list of them.
  static List<PythonRegex> patterns(String key, YamlNode node) {
    List<YamlNode> items = node instanceof Items list ? list.items() : List.of(node);
    return items.stream().map(item -> pattern(key, item)).toList();
  }

  /// The expression; [UserException] `file:line: key: …` when it is none.
  static PythonRegex pattern(String key, YamlNode node) {
    if (!(node instanceof Scalar(Value.Text(String regex, _), _))) {
      throw node.wrong(key + ": a regular expression");
    }
    try {
      return PythonRegex.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new UserException(
          node.place() + ": " + key + ": " + e.getDescription() + " in '" + regex + "'", e);
    }
  }

  private RegexNode() {}
}
