package neox.tokenizer.model;

import java.util.function.IntConsumer;
import neox.base.UserException;
import neox.tokenizer.text.PairTable;
import neox.tokenizer.text.Utf8;
import neox.tokenizer.vocabulary.LongWordMerger;
import neox.tokenizer.vocabulary.MergeTable;
import neox.tokenizer.vocabulary.Merges;
import neox.tokenizer.vocabulary.PairMerges;
import neox.tokenizer.vocabulary.Vocabulary;

/// Characters that are merged by rank (arXiv:1508.07909), with all that a `tokenizer.json` may say
/// of it.
final class Bpe implements WordModel {
  private final Vocabulary vocabulary;
  private final PairMerges merges;
  private final Options options;
  private final ByteTokens bytes;

  /// The tokens of one character, by character.
  private final PairTable characters;

  /// @param unknown stands for a character without a token, if it has a name; else that is dropped
  /// @param fusesUnknown whether neighbours share one
  /// @param byteFallback whether the bytes of an unknown character have tokens
  /// @param wholeWords whether a word that is a token needs no merges
  /// @param prefix how all tokens of a word but the first begin
  /// @param suffix how the last token of a word ends
  record Options(
      Unknown unknown,
      boolean fusesUnknown,
      boolean byteFallback,
      boolean wholeWords,
      String prefix,
      String suffix) {}

  Bpe(Vocabulary vocabulary, Merges merges, Options options, String where) {
    this.vocabulary = vocabulary;
    this.options = options;
    bytes = options.byteFallback() ? ByteTokens.of(vocabulary) : ByteTokens.NONE;
    this.merges = ranked(merges, where);
    characters = new PairTable(vocabulary.size());
    for (int i = 0; i < vocabulary.size(); i++) {
      String token = vocabulary.tokenAt(i);
      if (!token.isEmpty() && token.length() == Character.charCount(token.codePointAt(0))) {
        characters.put(0, token.codePointAt(0), vocabulary.idAt(i));
      }
    }
  }

  private PairMerges ranked(Merges all, String where) {
    if (all.size() > MergeTable.RANKS) {
      throw UserException.of(
          "%s: %d merges are more than the %d that are supported",
          where, all.size(), MergeTable.RANKS);
    }
    MergeTable ranks = new MergeTable(all.size());
    int[] merged = new int[all.size()];
    for (int rank = 0; rank < merged.length; rank++) {
      String left = all.left(rank);
      String right = all.right(rank);
      if (right.length() <= options.prefix().length()) {
        throw UserException.of(
            "%s: merge %d (\"%s %s\") adds nothing to its left half", where, rank + 1, left, right);
      }
      String both = left + right.substring(options.prefix().length());
      int first = known(left, rank, all, where);
      ranks.put(first, known(right, rank, all, where), rank);
      merged[rank] = known(both, rank, all, where);
    }
    return new PairMerges(ranks, merged);
  }

  private int known(String token, int rank, Merges all, String where) {
    int id = vocabulary.id(token);
    if (id == Vocabulary.MISSING) {
      throw UserException.of(
          "%s: merge %d (\"%s %s\") needs the token \"%s\", which is not in the vocabulary;"
              + " the vocabulary and the merges belong to different tokenizers",
          where, rank + 1, all.left(rank), all.right(rank), token);
    }
    return id;
  }

  @Override
  public void tokenize(String word, IntConsumer out) {
    int whole = options.wholeWords() ? vocabulary.id(word) : Vocabulary.MISSING;
    if (whole != Vocabulary.MISSING) {
      out.accept(whole);
      return;
    }
    LongWordMerger merger = new LongWordMerger(merges);
    Symbols symbols = new Symbols(merger.room(room(word)));
    for (int at = 0; at < word.length(); ) {
      int end = at + Character.charCount(word.codePointAt(at));
      symbols.add(word, at, end);
      at = end;
    }
    symbols.flush();
    int size = merger.merge(symbols.size);
    for (int i = 0; i < size; i++) {
      out.accept(merger.ids()[i]);
    }
  }

  /// More symbols than a word can have.
  private int room(String word) {
    int each = options.byteFallback() ? 3 + 3 * options.prefix().length() : 1;
    return Math.addExact(Math.multiplyExact(word.length(), each), 3 * options.suffix().length());
  }

  /// The tokens of the characters of a word, before merging.
  private final class Symbols {
    private final int[] ids;
    private int size;

    /// Whether an unknown token is still to be put; as in HuggingFace's library, the bytes of other
    /// characters may come before it.
    private boolean pending;

    Symbols(int[] ids) {
      this.ids = ids;
    }

    void add(String word, int from, int to) {
      boolean plain =
          (from == 0 || options.prefix().isEmpty())
              && (to < word.length() || options.suffix().isEmpty());
      String symbol = plain ? "" : spelled(word, from, to);
      int id = plain ? characters.get(0, word.codePointAt(from)) : vocabulary.id(symbol);
      if (id != PairTable.NONE && id != Vocabulary.MISSING) {
        flush();
        ids[size++] = id;
        return;
      }
      byte[] utf8 = Utf8.encode(plain ? word.substring(from, to) : symbol);
      if (bytes.put(utf8, 0, utf8.length, b -> ids[size++] = b)) {
        return;
      }
      if (options.unknown().token().isPresent()) {
        options.unknown().idFor(word.substring(from, to));
        if (!options.fusesUnknown()) {
          flush();
        }
        pending = true;
      }
    }

    private String spelled(String word, int from, int to) {
      return (from > 0 ? options.prefix() : "")
          + word.substring(from, to)
          + (to == word.length() ? options.suffix() : "");
    }

    void flush() {
      if (pending) {
        ids[size++] = options.unknown().id();
        pending = false;
      }
    }
  }
}
