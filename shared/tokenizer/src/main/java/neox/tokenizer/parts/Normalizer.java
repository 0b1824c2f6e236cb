package neox.tokenizer.parts;

import java.util.List;
import neox.tokenizer.text.ByteAlphabet;
import neox.tokenizer.text.CharacterSets;
import neox.tokenizer.text.CodePoints;
import neox.tokenizer.text.Effort;
import neox.tokenizer.text.UnicodeForm;
import neox.tokenizer.text.Utf8;

/// Changes a text before it is cut into words.
public sealed interface Normalizer {
  /// The changed piece; may be empty.
  Piece apply(Piece piece, Effort effort);

  record Sequence(List<Normalizer> steps) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      Piece changed = piece;
      for (Normalizer step : steps) {
        changed = step.apply(changed, effort);
      }
      return changed;
    }
  }

  record Form(UnicodeForm form, String where) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      String normal = form.normalize(piece.text());
      effort.make(normal.length(), normal.length(), where);
      String first = form.normalize(piece.text().substring(0, piece.head()));
      return new Piece(normal, piece.atStart(), Math.min(first.length(), normal.length()));
    }
  }

  record Lowercase(String where) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      return each(piece, effort, where, Lowercase::lower);
    }

    /// As of Unicode 17, and without regard to what stands around a character.
    private static String lower(int c) {
      if (c >= 0x16EA0 && c <= 0x16EB8) {
        return Character.toString(c + 0x1B);
      }
      return switch (c) {
        case 0x130 -> "i\u0307";
        case 0xA7CE, 0xA7D2, 0xA7D4 -> Character.toString(c + 1);
        default -> Character.toString(Character.toLowerCase(c));
      };
    }
  }

  record Strip(boolean left, boolean right, String where) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      String text = piece.text();
      int from = 0;
      int to = text.length();
      while (left && from < to && isSpace(text.codePointAt(from))) {
        from++;
      }
      while (right && to > from && isSpace(text.codePointBefore(to))) {
        to--;
      }
      Piece.Rewriting stripped = new Piece.Rewriting(piece, effort, where);
      stripped.keep(from, to);
      return stripped.done();
    }

    /// All white space is below U+10000.
    private static boolean isSpace(int c) {
      return CharacterSets.SPACE.contains(c);
    }
  }

  /// Leaves out the characters of a set.
  record Remove(CodePoints set, String where) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      return each(piece, effort, where, c -> set.contains(c) ? "" : Character.toString(c));
    }
  }

  record Replace(TextPattern pattern, String content, String where) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      Piece.Rewriting replaced = new Piece.Rewriting(piece, effort, where);
      int[] done = {0};
      pattern.find(
          piece.text(),
          effort,
          (from, to) -> {
            replaced.keep(done[0], from);
            replaced.put(content, to - 1);
            done[0] = to;
          });
      replaced.keep(done[0], piece.text().length());
      return replaced.done();
    }
  }

  record Prepend(String content, String where) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      return prepended(piece, content, effort, where);
    }
  }

  /// Puts characters before a piece that has any.
  static Piece prepended(Piece piece, String content, Effort effort, String where) {
    if (piece.text().isEmpty()) {
      return piece;
    }
    Piece.Rewriting prepended = new Piece.Rewriting(piece, effort, where);
    prepended.put(content, 0);
    prepended.keep(0, piece.text().length());
    return prepended.done();
  }

  /// `BertNormalizer.clean_text`.
  record Clean(String where) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      return each(piece, effort, where, Clean::clean);
    }

    private static String clean(int c) {
      if (c == '\t' || c == '\n' || c == '\r') {
        return " ";
      }
      if (CharacterSets.CONTROL.contains(c)) {
        return "";
      }
      return CharacterSets.SPACE.contains(c) ? " " : Character.toString(c);
    }
  }

  /// `BertNormalizer.handle_chinese_chars`: spaces around each.
  record SpaceOut(String where) implements Normalizer {
    private static final CodePoints IDEOGRAPHS =
        CodePoints.union(
            List.of(
                CodePoints.range(0x4E00, 0x9FFF),
                CodePoints.range(0x3400, 0x4DBF),
                CodePoints.range(0x20000, 0x2A6DF),
                CodePoints.range(0x2A700, 0x2B81F),
                CodePoints.range(0x2B920, 0x2CEAF),
                CodePoints.range(0xF900, 0xFAFF),
                CodePoints.range(0x2F800, 0x2FA1F)));

    @Override
    public Piece apply(Piece piece, Effort effort) {
      return each(
          piece,
          effort,
          where,
          c -> {
            String same = Character.toString(c);
            return IDEOGRAPHS.contains(c) ? " " + same + " " : same;
          });
    }
  }

  record Nmt(String where) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      return each(piece, effort, where, Nmt::changed);
    }

    private static String changed(int c) {
      return switch (c) {
        case '\t',
            '\n',
            '\f',
            '\r',
            0x1680,
            0x200B,
            0x200C,
            0x200D,
            0x200E,
            0x200F,
            0x2028,
            0x2029,
            0x2581,
            0xFEFF,
            0xFFFD ->
            " ";
        case 0x7F, 0x8F, 0x9F -> "";
        default -> c > 0 && c < ' ' ? "" : Character.toString(c);
      };
    }
  }

  record ByteLevel(String where) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      return each(piece, effort, where, ByteLevel::bytes);
    }

    private static String bytes(int c) {
      StringBuilder characters = new StringBuilder();
      for (byte b : Utf8.encode(Character.toString(c))) {
        characters.append(ByteAlphabet.character(b & 0xFF));
      }
      return characters.toString();
    }
  }

  record Precompiled(Charsmap map, String where) implements Normalizer {
    @Override
    public Piece apply(Piece piece, Effort effort) {
      Piece.Rewriting changed = new Piece.Rewriting(piece, effort, where);
      boolean same = map.apply(piece.text(), changed::put);
      Piece done = changed.done();
      int head = piece.head() > 0 && !done.text().isEmpty() ? Math.max(1, done.head()) : 0;
      return same ? piece : new Piece(done.text(), done.atStart(), head);
    }
  }

  /// What becomes of one character.
  interface Change {
    String of(int codePoint);
  }

  private static Piece each(Piece piece, Effort effort, String where, Change change) {
    String text = piece.text();
    Piece.Rewriting changed = new Piece.Rewriting(piece, effort, where);
    for (int at = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      changed.put(change.of(c), at);
      at += Character.charCount(c);
    }
    return changed.done();
  }
}
