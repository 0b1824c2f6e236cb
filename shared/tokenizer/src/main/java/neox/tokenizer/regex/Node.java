package neox.tokenizer.regex;

import java.util.List;
import neox.tokenizer.text.CodePoints;

/// A regular expression as a tree.
sealed interface Node {
  /// How many times at most a part may stand: without a limit.
  int UNLIMITED = Integer.MAX_VALUE;

  /// More than any size that is used.
  long LARGE = 1 << 30;

  /// One character of a set.
  record OneOf(CodePoints set) implements Node {}

  record Sequence(List<Node> parts) implements Node {}

  /// The first of several that leads to a match.
  record Choice(List<Node> parts) implements Node {}

  record Repeat(Node body, int min, int max, Greed greed) implements Node {}

  /// What must, or must not, follow; takes nothing.
  record Ahead(Node body, boolean wanted) implements Node {}

  /// Which character must, or must not, stand before; takes nothing.
  record Behind(CodePoints set, boolean wanted) implements Node {}

  /// Once matched, never tried otherwise.
  record Atomic(Node body) implements Node {}

  /// A place.
  enum Anchor implements Node {
    TEXT_START,
    TEXT_END,
    TEXT_END_OR_LAST_LINE_FEED,
    LINE_START,
    LINE_END,
    WORD_EDGE,
    NO_WORD_EDGE
  }

  enum Greed {
    GREEDY,
    LAZY,
    POSSESSIVE
  }

  /// Whether it may match without taking a character.
  default boolean mayBeEmpty() {
    return switch (this) {
      case OneOf one -> false;
      case Sequence sequence -> sequence.parts().stream().allMatch(Node::mayBeEmpty);
      case Choice choice -> choice.parts().stream().anyMatch(Node::mayBeEmpty);
      case Repeat repeat -> repeat.min() == 0 || repeat.body().mayBeEmpty();
      case Atomic atomic -> atomic.body().mayBeEmpty();
      case Ahead ahead -> true;
      case Behind behind -> true;
      case Anchor anchor -> true;
    };
  }

  /// How many instructions it takes, written out.
  default long size() {
    return switch (this) {
      case OneOf one -> 1;
      case Sequence sequence -> sum(sequence.parts());
      case Choice choice -> 2L * choice.parts().size() + sum(choice.parts());
      case Repeat repeat -> {
        int times = repeat.max() == UNLIMITED ? repeat.min() + 1 : repeat.max();
        boolean one = repeat.body() instanceof OneOf && repeat.greed() != Greed.LAZY;
        yield one ? 1 : Math.min(LARGE, times * (repeat.body().size() + 2));
      }
      case Atomic atomic -> 2 + atomic.body().size();
      case Ahead ahead -> 2 + ahead.body().size();
      case Behind behind -> 1;
      case Anchor anchor -> 1;
    };
  }

  private static long sum(List<Node> parts) {
    return Math.min(LARGE, parts.stream().mapToLong(Node::size).sum());
  }

  /// The characters that a match may begin with; of a node that is never empty.
  default CodePoints first() {
    return switch (this) {
      case OneOf one -> one.set();
      case Sequence sequence -> {
        CodePoints first = CodePoints.NONE;
        for (Node part : sequence.parts()) {
          first = first.or(part.first());
          if (!part.mayBeEmpty()) {
            break;
          }
        }
        yield first;
      }
      case Choice choice -> CodePoints.union(choice.parts().stream().map(Node::first).toList());
      case Repeat repeat -> repeat.body().first();
      case Atomic atomic -> atomic.body().first();
      case Ahead ahead -> CodePoints.NONE;
      case Behind behind -> CodePoints.NONE;
      case Anchor anchor -> CodePoints.NONE;
    };
  }
}
