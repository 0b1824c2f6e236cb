package neox.tokenizer;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import neox.tokenizer.added.AddedToken;
import neox.tokenizer.added.AddedTokens;
import neox.tokenizer.text.AsciiWords;
import neox.tokenizer.text.Nfc;
import neox.tokenizer.text.Utf8;
import neox.tokenizer.text.WordSplitter;
import org.jspecify.annotations.Nullable;

/// Byte-level BPE as GPT-2 and GPT-NeoX use it; its ids are those of HuggingFace tokenizers.
///
/// Text goes through: added tokens cut out of the raw text, normalization, added tokens cut out of
/// the normalized text, words, merges.
final class ByteLevelBpe implements Tokenizer {
  private final BpeModel model;
  private final Set<Option> options;
  private final AddedTokens rawTokens;
  private final AddedTokens normalizedTokens;
  private final TokenIds tokenIds;
  private final List<Path> files;

  /// What a `tokenizer.json` may ask for.
  enum Option {
    /// Normalize to form C.
    NFC,
    /// Put a space before every piece of text that has none.
    PREFIX_SPACE,
    /// Merge across words: the whole piece is one word.
    NO_WORDS
  }

  ByteLevelBpe(BpeModel model, List<AddedToken> added, Set<Option> options, List<Path> files) {
    this.model = model;
    this.options = Set.copyOf(options);
    this.files = List.copyOf(files);
    rawTokens = AddedTokens.raw(added);
    normalizedTokens =
        AddedTokens.normalized(
            added, options.contains(Option.NFC) ? Nfc::normalize : UnaryOperator.identity());
    tokenIds = new TokenIds(model.vocabulary(), added);
  }

  @Override
  public int[] encode(String text) {
    byte[] utf8 = Utf8.encode(text);
    TokenBuffer out = new TokenBuffer();
    WordMerger merger = new WordMerger(model);
    new Pipeline(merger).encode(utf8, 0, utf8.length, out);
    return out.toArray();
  }

  @Override
  public String decode(int... ids) {
    byte[] bytes = new byte[ids.length * 4 + 16];
    int size = 0;
    for (int id : ids) {
      byte[] token = tokenIds.bytes(id);
      if (size + token.length > bytes.length) {
        bytes = java.util.Arrays.copyOf(bytes, Math.max(size + token.length, bytes.length * 2));
      }
      System.arraycopy(token, 0, bytes, size, token.length);
      size += token.length;
    }
    return Utf8.decode(bytes, size);
  }

  @Override
  public int vocabSize() {
    return tokenIds.size();
  }

  @Override
  public OptionalInt eod() {
    return id(AddedToken.END_OF_TEXT);
  }

  @Override
  public OptionalInt id(String token) {
    return tokenIds.id(token);
  }

  @Override
  public Optional<String> token(int id) {
    return tokenIds.token(id);
  }

  @Override
  public boolean has(int id) {
    return tokenIds.token(id).isPresent();
  }

  @Override
  public boolean isAdded(int id) {
    return tokenIds.isAdded(id);
  }

  @Override
  public List<Path> files() {
    return files;
  }

  @Override
  public Encoder encoder() {
    return new Pipeline(new WordCache(model));
  }

  /// The stages of encoding with the state of one thread.
  private final class Pipeline implements Encoder {
    private final WordEncoder words;
    private final AddedTokens.Pieces rawPieces = new RawPieces();
    private final AddedTokens.Pieces normalizedPieces = new NormalizedPieces();
    private final boolean nfc = options.contains(Option.NFC);
    private final boolean prefixSpace = options.contains(Option.PREFIX_SPACE);
    private final boolean wholePieces = options.contains(Option.NO_WORDS);

    /// Where words begin and end that are to be encoded together.
    private final int[] bounds = new int[WordEncoder.MAX_WORDS + 1];

    private int count;
    private byte[] prefixed = new byte[0];
    private @Nullable TokenBuffer out;

    Pipeline(WordEncoder words) {
      this.words = words;
    }

    @Override
    public void encode(byte[] utf8, int from, int to, TokenBuffer target) {
      out = target;
      if (rawTokens.isEmpty()) {
        if (from < to) {
          rawPieces.text(utf8, from, to);
        }
        return;
      }
      rawTokens.split(utf8, from, to, rawPieces);
    }

    private TokenBuffer out() {
      return java.util.Objects.requireNonNull(out);
    }

    private final class RawPieces implements AddedTokens.Pieces {
      @Override
      public void text(byte[] text, int from, int to) {
        if (!nfc || Nfc.firstSuspect(text, from, to) == to) {
          searchNormalized(text, from, to);
          return;
        }
        byte[] normal = Nfc.normalize(text, from, to);
        searchNormalized(normal, 0, normal.length);
      }

      @Override
      public void token(int id) {
        out().add(id);
      }
    }

    private void searchNormalized(byte[] text, int from, int to) {
      if (normalizedTokens.isEmpty()) {
        normalizedPieces.text(text, from, to);
      } else {
        normalizedTokens.split(text, from, to, normalizedPieces);
      }
    }

    private final class NormalizedPieces implements AddedTokens.Pieces {
      @Override
      public void text(byte[] text, int from, int to) {
        if (!prefixSpace || text[from] == ' ') {
          encodeWords(text, from, to);
          return;
        }
        int length = to - from + 1;
        if (prefixed.length < length) {
          prefixed = new byte[length];
        }
        prefixed[0] = ' ';
        System.arraycopy(text, from, prefixed, 1, length - 1);
        encodeWords(prefixed, 0, length);
      }

      @Override
      public void token(int id) {
        out().add(id);
      }
    }

    private void encodeWords(byte[] text, int from, int to) {
      bounds[0] = from;
      count = 0;
      int at = from;
      if (wholePieces) {
        at = to;
        bounds[++count] = to;
      }
      while (at < to) {
        if (count > WordEncoder.MAX_WORDS - AsciiWords.BLOCK) {
          flush(text);
        }
        int start = at;
        int found = count;
        for (long ends = AsciiWords.ends(text, start, to); ends != 0; ends &= ends - 1) {
          at = start + Long.numberOfTrailingZeros(ends);
          bounds[++found] = at;
        }
        count = found;
        if (at == start) {
          at = WordSplitter.next(text, start, to);
          bounds[++count] = at;
        }
      }
      flush(text);
    }

    private void flush(byte[] text) {
      words.encode(text, bounds, count, out());
      bounds[0] = bounds[count];
      count = 0;
    }
  }
}
