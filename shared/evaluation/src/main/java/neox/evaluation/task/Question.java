package neox.evaluation.task;

/// What a document asks.
public sealed interface Question {
  record Text(String text) implements Question {}

  /// The choices themselves complete the question, this one correctly (Winograd schemas): every
  /// choice is a context, the target is the common continuation.
  record Choice(int index) implements Question {}
}
