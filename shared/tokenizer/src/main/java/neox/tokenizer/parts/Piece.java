package neox.tokenizer.parts;

import neox.tokenizer.text.Effort;

/// A piece of a text on its way through normalizers and pre-tokenizers.
///
/// HuggingFace's pieces know of each character where it stood in the original text. All that ids
/// depend on is whether a piece begins where the text began: `Metaspace` asks that.
///
/// @param atStart whether it begins at the start of the original text
/// @param head how many of its first chars stand for the first character of the original text
public record Piece(String text, boolean atStart, int head) {
  /// The piece `[from, to)`.
  public Piece part(int from, int to) {
    boolean first = atStart && (from == 0 ? head > 0 || from == to : from < head);
    int left = first ? Math.max(0, Math.min(head, to) - from) : 0;
    return new Piece(text.substring(from, to), first, left);
  }

  /// Builds what becomes of a piece.
  static final class Rewriting {
    private final Piece piece;
    private final Effort effort;
    private final String where;
    private final StringBuilder text;
    private int head;
    private boolean inHead = true;

    /// @param where names in errors who rewrites
    Rewriting(Piece piece, Effort effort, String where) {
      this.piece = piece;
      this.effort = effort;
      this.where = where;
      text = new StringBuilder(piece.text().length() + 16);
    }

    /// Takes over `[from, to)` of the piece.
    void keep(int from, int to) {
      int inside = Math.clamp((long) piece.head() - from, 0, to - from);
      append(piece.text(), from, from + inside, true);
      append(piece.text(), from + inside, to, false);
    }

    /// Adds characters that stand for what the piece has at a place; before all of it at -1.
    void put(String characters, int standFor) {
      boolean first = standFor < 0 ? piece.atStart() : standFor < piece.head();
      append(characters, 0, characters.length(), first);
    }

    private void append(String source, int from, int to, boolean first) {
      if (from == to) {
        return;
      }
      effort.make((long) text.length() + to - from, to - from, where);
      text.append(source, from, to);
      inHead &= first;
      if (inHead) {
        head += to - from;
      }
    }

    Piece done() {
      return new Piece(text.toString(), piece.atStart(), head);
    }
  }
}
