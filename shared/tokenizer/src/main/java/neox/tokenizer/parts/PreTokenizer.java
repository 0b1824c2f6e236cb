package neox.tokenizer.parts;

import java.util.ArrayList;
import java.util.List;
import neox.tokenizer.parts.SplitBehavior.Span;
import neox.tokenizer.regex.Regex;
import neox.tokenizer.text.CharacterSets;
import neox.tokenizer.text.CodePoints;
import neox.tokenizer.text.Effort;

/// Cuts a text into words.
public sealed interface PreTokenizer {
  /// The words of a piece, in order; none is empty.
  List<Piece> split(Piece piece, Effort effort);

  record Sequence(List<PreTokenizer> steps) implements PreTokenizer {
    @Override
    public List<Piece> split(Piece piece, Effort effort) {
      List<Piece> pieces = List.of(piece);
      for (PreTokenizer step : steps) {
        List<Piece> next = new ArrayList<>();
        for (Piece one : pieces) {
          next.addAll(step.split(one, effort));
        }
        pieces = next;
      }
      return pieces;
    }
  }

  /// Cuts at each character of a set.
  record AtCharacters(CodePoints set, SplitBehavior behavior) implements PreTokenizer {
    @Override
    public List<Piece> split(Piece piece, Effort effort) {
      String text = piece.text();
      Spans spans = new Spans(text);
      for (int at = 0; at < text.length(); ) {
        int c = text.codePointAt(at);
        int end = at + Character.charCount(c);
        if (set.contains(c)) {
          spans.match(at, end);
        }
        at = end;
      }
      return pieces(piece, spans.all(false), behavior);
    }
  }

  /// Cuts at what a pattern finds or, inverted, at what it leaves.
  record AtPattern(TextPattern pattern, SplitBehavior behavior, boolean inverted)
      implements PreTokenizer {
    @Override
    public List<Piece> split(Piece piece, Effort effort) {
      Spans spans = new Spans(piece.text());
      pattern.find(piece.text(), effort, spans);
      return pieces(piece, spans.all(inverted), behavior);
    }
  }

  /// Runs of word characters and runs of what is neither that nor white space.
  record Whitespace() implements PreTokenizer {
    @Override
    public List<Piece> split(Piece piece, Effort effort) {
      String text = piece.text();
      List<Piece> words = new ArrayList<>();
      int start = 0;
      int kind = -1;
      for (int at = 0; at <= text.length(); ) {
        int c = at < text.length() ? text.codePointAt(at) : -1;
        int next = c < 0 ? -1 : kind(c);
        if (next != kind) {
          if (kind > 0) {
            words.add(piece.part(start, at));
          }
          start = at;
          kind = next;
        }
        at += c < 0 ? 1 : Character.charCount(c);
      }
      return words;
    }

    private static int kind(int c) {
      if (CharacterSets.WORD.contains(c)) {
        return 1;
      }
      return CharacterSets.SPACE.contains(c) ? 0 : 2;
    }
  }

  record Metaspace(String replacement, Prefix prefix, boolean splits, String where)
      implements PreTokenizer {
    /// Which pieces get the replacement before them, if they do not begin with it.
    enum Prefix {
      ALWAYS,
      FIRST,
      NEVER
    }

    @Override
    public List<Piece> split(Piece piece, Effort effort) {
      TextPattern space = new TextPattern.Literal(" ");
      Piece marked = new Normalizer.Replace(space, replacement, where).apply(piece, effort);
      boolean wanted =
          switch (prefix) {
            case ALWAYS -> true;
            case FIRST -> marked.atStart();
            case NEVER -> false;
          };
      if (wanted && !marked.text().startsWith(replacement)) {
        marked = Normalizer.prepended(marked, replacement, effort, where);
      }
      if (!splits) {
        return List.of(marked);
      }
      int c = replacement.codePointAt(0);
      return new AtCharacters(CodePoints.range(c, c), SplitBehavior.MERGED_WITH_NEXT)
          .split(marked, effort);
    }
  }

  /// Words of GPT-2, spelled as bytes.
  record ByteLevel(boolean prefixSpace, boolean splits, String where) implements PreTokenizer {
    @Override
    public List<Piece> split(Piece piece, Effort effort) {
      boolean needsSpace = prefixSpace && !piece.text().startsWith(" ");
      Piece spaced = needsSpace ? Normalizer.prepended(piece, " ", effort, where) : piece;
      Normalizer bytes = new Normalizer.ByteLevel(where);
      if (!splits) {
        return List.of(bytes.apply(spaced, effort));
      }
      Spans spans = new Spans(spaced.text());
      Gpt2.WORDS.find(spaced.text(), effort, spans);
      List<Piece> words = pieces(spaced, spans.all(false), SplitBehavior.ISOLATED);
      return words.stream().map(word -> bytes.apply(word, effort)).toList();
    }
  }

  /// Read only when it is needed: that takes a while.
  final class Gpt2 {
    private static final Regex WORDS =
        Regex.of(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            "GPT-2");

    private Gpt2() {}
  }

  record FixedLength(int length) implements PreTokenizer {
    @Override
    public List<Piece> split(Piece piece, Effort effort) {
      String text = piece.text();
      List<Piece> words = new ArrayList<>();
      int start = 0;
      int taken = 0;
      for (int at = 0; at < text.length(); ) {
        at += Character.charCount(text.codePointAt(at));
        taken++;
        if (taken == length || at == text.length()) {
          words.add(piece.part(start, at));
          start = at;
          taken = 0;
        }
      }
      return words;
    }
  }

  /// The matches in a text and what lies between them.
  final class Spans implements Regex.Matches {
    private final String text;
    private final List<Span> spans = new ArrayList<>();
    private int done;

    Spans(String text) {
      this.text = text;
    }

    @Override
    public void match(int from, int to) {
      if (done < from) {
        spans.add(new Span(done, from, false));
      }
      spans.add(new Span(from, to, true));
      done = to;
    }

    /// All of the text.
    List<Span> all(boolean inverted) {
      if (done < text.length()) {
        spans.add(new Span(done, text.length(), false));
      }
      return inverted
          ? spans.stream().map(span -> new Span(span.from(), span.to(), !span.match())).toList()
          : spans;
    }
  }

  private static List<Piece> pieces(Piece piece, List<Span> spans, SplitBehavior behavior) {
    List<Piece> pieces = new ArrayList<>();
    for (Span span : behavior.pieces(spans)) {
      pieces.add(piece.part(span.from(), span.to()));
    }
    return pieces;
  }
}
