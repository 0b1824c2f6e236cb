package neox.tokenizer.parts;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/// What becomes of the places that a text is cut at.
enum SplitBehavior {
  /// They are left out.
  REMOVED,
  /// Each is a piece.
  ISOLATED,
  /// Each belongs to the piece before it.
  MERGED_WITH_PREVIOUS,
  /// Each belongs to the piece after it.
  MERGED_WITH_NEXT,
  /// Neighbours are a piece together.
  CONTIGUOUS;

  /// As `tokenizer.json` spells them.
  static final Map<String, SplitBehavior> BY_NAME =
      Collections.unmodifiableMap(
          new java.util.TreeMap<>(
              Map.of(
                  "Removed", REMOVED,
                  "Isolated", ISOLATED,
                  "MergedWithPrevious", MERGED_WITH_PREVIOUS,
                  "MergedWithNext", MERGED_WITH_NEXT,
                  "Contiguous", CONTIGUOUS)));

  /// Part of a text; a match is what is cut at.
  record Span(int from, int to, boolean match) {
    Span reaching(int end) {
      return new Span(from, end, match);
    }
  }

  /// The pieces of a text that its spans, which follow each other without a gap, make up.
  List<Span> pieces(List<Span> spans) {
    return switch (this) {
      case REMOVED -> spans.stream().filter(span -> !span.match()).toList();
      case ISOLATED -> spans;
      case CONTIGUOUS -> merged(spans, false);
      case MERGED_WITH_PREVIOUS -> merged(spans, true);
      case MERGED_WITH_NEXT -> {
        int end = spans.isEmpty() ? 0 : spans.getLast().to();
        yield mirrored(merged(mirrored(spans, end), true), end);
      }
    };
  }

  /// Adds to the piece before: a span of the same kind or, when `matches`, a match that follows
  /// none.
  private static List<Span> merged(List<Span> spans, boolean matches) {
    List<Span> pieces = new ArrayList<>();
    boolean previous = false;
    for (Span span : spans) {
      boolean joins = matches ? span.match() && !previous : span.match() == previous;
      if (joins && !pieces.isEmpty()) {
        pieces.add(pieces.removeLast().reaching(span.to()));
      } else {
        pieces.add(span);
      }
      previous = span.match();
    }
    return pieces;
  }

  private static List<Span> mirrored(List<Span> spans, int end) {
    return spans.reversed().stream()
        .map(span -> new Span(end - span.to(), end - span.from(), span.match()))
        .toList();
  }
}
