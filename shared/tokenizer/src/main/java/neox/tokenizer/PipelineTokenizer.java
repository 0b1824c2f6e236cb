package neox.tokenizer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.tokenizer.added.AddedToken;
import neox.tokenizer.added.AddedTokens;
import neox.tokenizer.model.WordModel;
import neox.tokenizer.parts.Decoder;
import neox.tokenizer.parts.Normalizer;
import neox.tokenizer.parts.Piece;
import neox.tokenizer.parts.PreTokenizer;
import neox.tokenizer.text.Effort;
import neox.tokenizer.text.Utf8;

/// A `tokenizer.json` part by part, as HuggingFace tokenizers works: added tokens cut out of the
/// raw text, normalization, added tokens cut out of the normalized text, words, tokens.
///
/// [ByteLevelBpe] does the same faster for the files it fits.
final class PipelineTokenizer implements Tokenizer {
  private final Stages stages;
  private final AddedTokens rawTokens;
  private final AddedTokens normalizedTokens;
  private final TokenIds tokenIds;
  private final Path file;

  /// What the file has of each kind.
  record Stages(
      Optional<Normalizer> normalizer,
      Optional<PreTokenizer> preTokenizer,
      WordModel model,
      Optional<Decoder> decoder) {}

  PipelineTokenizer(Stages stages, List<AddedToken> added, TokenIds tokenIds, Path file) {
    this.stages = stages;
    this.tokenIds = tokenIds;
    this.file = file;
    rawTokens = AddedTokens.raw(added);
    normalizedTokens = AddedTokens.normalized(added, this::normalized);
  }

  /// The text that an added token is looked for by.
  private String normalized(String token) {
    String text = normalized(whole(token), new Effort(token.length())).text();
    if (text.isEmpty()) {
      throw UserException.of(
          "%s: added_tokens: the normalizer leaves nothing of the token \"%s\"; set its"
              + " \"normalized\" to false",
          file, token);
    }
    return text;
  }

  @Override
  public int[] encode(String text) {
    byte[] utf8 = Utf8.encode(text);
    TokenBuffer out = new TokenBuffer();
    encode(utf8, 0, utf8.length, out);
    return out.toArray();
  }

  @Override
  public Encoder encoder() {
    return this::encode;
  }

  private void encode(byte[] utf8, int from, int to, TokenBuffer out) {
    Effort effort = new Effort(to - from);
    rawTokens.split(
        utf8,
        from,
        to,
        new AddedTokens.Pieces() {
          @Override
          public void text(byte[] text, int start, int end) {
            String piece = new String(text, start, end - start, StandardCharsets.UTF_8);
            Piece whole = start == from ? whole(piece) : new Piece(piece, false, 0);
            searchNormalized(normalized(whole, effort), effort, out);
          }

          @Override
          public void token(int id) {
            out.add(id);
          }
        });
  }

  /// A piece that begins where the text begins.
  private static Piece whole(String text) {
    return new Piece(text, true, Character.charCount(text.codePointAt(0)));
  }

  private Piece normalized(Piece piece, Effort effort) {
    return stages.normalizer().map(normalizer -> normalizer.apply(piece, effort)).orElse(piece);
  }

  private void searchNormalized(Piece piece, Effort effort, TokenBuffer out) {
    byte[] utf8 = Utf8.encode(piece.text());
    normalizedTokens.split(
        utf8,
        0,
        utf8.length,
        new AddedTokens.Pieces() {
          // How much of the piece has been seen, in bytes and in chars.
          private int seen;

          private int at;

          @Override
          public void text(byte[] text, int start, int end) {
            int first = at + length(text, seen, start);
            int last = first + length(text, start, end);
            seen = end;
            at = last;
            words(piece.part(first, last), effort, out);
          }

          @Override
          public void token(int id) {
            out.add(id);
          }
        });
  }

  private static int length(byte[] utf8, int from, int to) {
    return new String(utf8, from, to - from, StandardCharsets.UTF_8).length();
  }

  private void words(Piece piece, Effort effort, TokenBuffer out) {
    List<Piece> words =
        stages.preTokenizer().map(splitter -> splitter.split(piece, effort)).orElse(List.of(piece));
    for (Piece word : words) {
      stages.model().tokenize(word.text(), out::add);
    }
  }

  @Override
  public String decode(int... ids) {
    List<String> tokens = new ArrayList<>();
    int length = 0;
    for (int id : ids) {
      Optional<String> token = tokenIds.token(id);
      if (token.isPresent()) {
        tokens.add(token.get());
        length += token.get().length();
      }
    }
    Effort effort = new Effort(length);
    return stages
        .decoder()
        .map(decoder -> String.join("", decoder.decode(tokens, effort)))
        .orElseGet(() -> String.join(" ", tokens));
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
    return List.of(file);
  }
}
