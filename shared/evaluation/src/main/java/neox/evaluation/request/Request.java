package neox.evaluation.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;

/// One question to a language model.
public sealed interface Request {
  /// How likely is `continuation` after `context`?
  record LogLikelihood(String context, String continuation) implements Request {}

  /// How likely is a text of any length, each token seen with as much context as fits?
  record RollingLogLikelihood(String text) implements Request {}

  /// What does the model write after `context`?
  record Generate(String context, GenerationOptions options) implements Request {}

  /// The arguments as sample files show them; the first one is the prompt.
  default List<JsonNode> arguments() {
    return switch (this) {
      case LogLikelihood(String context, String continuation) ->
          List.of(TextNode.valueOf(context), TextNode.valueOf(continuation));
      case RollingLogLikelihood(String text) -> List.of(TextNode.valueOf(text));
      case Generate(String context, GenerationOptions options) ->
          List.of(TextNode.valueOf(context), options.keywords());
    };
  }
}
