package neox.evaluation.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;

/// The right answer to a document.
public sealed interface Target {
  record Absent() implements Target {}

  record Text(String text) implements Target {}

  /// The position of the right choice.
  record Index(int index) implements Target {}

  /// Any of these is right.
  record Several(List<Target> targets) implements Target {
    public Several {
      targets = List.copyOf(targets);
    }
  }

  /// As sample files show it.
  default JsonNode json() {
    return switch (this) {
      case Absent() -> NullNode.getInstance();
      case Text(String text) -> TextNode.valueOf(text);
      case Index(int index) -> IntNode.valueOf(index);
      case Several(List<Target> targets) -> {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        targets.forEach(target -> array.add(target.json()));
        yield array;
      }
    };
  }
}
