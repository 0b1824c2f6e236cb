package neox.evaluation.task;

import java.util.HashMap;
import java.util.Map;
import neox.base.UserException;
import neox.evaluation.document.Document;
import neox.evaluation.function.FunctionRole;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.function.TaskFunction;
import neox.evaluation.yaml.YamlNode;
import neox.template.Template;
import neox.template.value.Dialect;
import neox.template.value.Fault;
import neox.template.value.Printing;
import neox.template.value.Value;

/// How a part of a prompt is made of a document.
public sealed interface PromptPart {
  /// The same for every document.
  record Fixed(Value value) implements PromptPart {}

  /// A column, if the text is the name of one, else a template.
  record Written(String source, Template template) implements PromptPart {
    static Written of(String source, String where) {
      return new Written(source, Template.parse(source, where, Dialect.HARNESS));
    }

    /// The text of the template for a document.
    String render(Document document) {
      Map<String, Value> names = new HashMap<>();
      document.fields().forEach((key, value) -> names.put(Printing.str(key), value));
      try {
        return template.render(names);
      } catch (UserException e) {
        throw new UserException(document.where() + ": " + e.getMessage(), e);
      }
    }
  }

  record Computed(TaskFunction.OfDocument function) implements PromptPart {
    Value apply(Document document) {
      try {
        return function.apply(document.fields());
      } catch (Fault fault) {
        throw new UserException(document.where() + ": " + fault.problem(), fault);
      }
    }
  }

  /// What a task file says under a key; [UserException] `file:line: …` when it cannot be used.
  static PromptPart of(YamlNode node, String key, NamedFunctions functions) {
    return switch (node) {
      case YamlNode.FunctionName function ->
          new Computed(functions.require(function, FunctionRole.DOCUMENT, key));
      case YamlNode.Scalar(Value.Text(String source, _), _) ->
          Written.of(source, node.place() + ": " + key);
      case YamlNode.Scalar(Value value, _) -> new Fixed(value);
      case YamlNode.Items list -> new Fixed(list.value());
      case YamlNode.Fields mapping -> new Fixed(new Value.Listing(mapping.dict().values()));
    };
  }
}
