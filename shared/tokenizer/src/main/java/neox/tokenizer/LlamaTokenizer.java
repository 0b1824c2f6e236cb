package neox.tokenizer;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.tokenizer.added.AddedToken;
import neox.tokenizer.added.AddedTokens;
import neox.tokenizer.text.Utf8;

/// A SentencePiece model as transformers' LlamaTokenizer uses it: added tokens are cut out of the
/// raw text first.
final class LlamaTokenizer implements Tokenizer {
  private final SentencePieceTokenizer pieces;
  private final SentencePieceTokenizer continued;
  private final AddedTokens added;
  private final BitSet addedIds = new BitSet();

  /// @param pieces with one for each added token
  /// @param legacy whether the model's space is put before every part of a text, not before the
  ///   first alone
  LlamaTokenizer(SentencePieceTokenizer pieces, List<AddedToken> added, boolean legacy) {
    this.pieces = pieces;
    this.continued = legacy ? pieces : pieces.withoutPrefix();
    this.added = AddedTokens.raw(added);
    added.forEach(token -> addedIds.set(token.id()));
  }

  @Override
  public int[] encode(String text) {
    byte[] utf8 = Utf8.encode(text);
    TokenBuffer out = new TokenBuffer();
    encoder().encode(utf8, 0, utf8.length, out);
    return out.toArray();
  }

  @Override
  public Encoder encoder() {
    Encoder first = pieces.encoder();
    Encoder later = continued.encoder();
    return (utf8, from, to, out) ->
        added.split(
            utf8,
            from,
            to,
            new AddedTokens.Pieces() {
              @Override
              public void text(byte[] text, int start, int end) {
                (start == from ? first : later).encode(text, start, end, out);
              }

              @Override
              public void token(int id) {
                out.add(id);
              }
            });
  }

  @Override
  public String decode(int... ids) {
    return pieces.decode(ids);
  }

  @Override
  public int vocabSize() {
    return pieces.vocabSize();
  }

  @Override
  public OptionalInt eod() {
    return pieces.eod();
  }

  @Override
  public OptionalInt id(String token) {
    return pieces.id(token);
  }

  @Override
  public Optional<String> token(int id) {
    return pieces.token(id);
  }

  @Override
  public boolean has(int id) {
    return pieces.has(id);
  }

  @Override
  public boolean isAdded(int id) {
    return addedIds.get(id);
  }

  @Override
  public List<Path> files() {
    return pieces.files();
  }
}
