package neox.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.NamedFiles;
import neox.tokenizer.added.AddedToken;
import neox.tokenizer.sentencepiece.SentencePieceEncoder;
import neox.tokenizer.sentencepiece.SentencePieceModel;
import neox.tokenizer.sentencepiece.SentencePieceModel.Kind;
import neox.tokenizer.sentencepiece.SentencePieceModel.Piece;
import neox.tokenizer.text.Utf8;

/// NeoX's SPMTokenizer: a SentencePiece model. No token is put before the text.
final class SentencePieceTokenizer implements Tokenizer {
  private static final String SPACE = "\u2581";
  private static final String UNKNOWN = " \u2047 ";

  private final SentencePieceEncoder encoder;
  private final SentencePieceModel model;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Path file;

  SentencePieceTokenizer(SentencePieceModel model, Path file) {
    encoder = new SentencePieceEncoder(model);
    this.model = model;
    this.file = file;
    for (int id = 0; id < model.pieces().size(); id++) {
      ids.put(model.pieces().get(id).text(), id);
    }
  }

  static Tokenizer open(Path file) {
    byte[] bytes = TokenizerFile.reading(file, NamedFiles::readAllBytes);
    return new SentencePieceTokenizer(SentencePieceModel.read(bytes, file), file);
  }

  /// The same without the space that the model puts before a text, for what continues one.
  SentencePieceTokenizer withoutPrefix() {
    return new SentencePieceTokenizer(model.withoutPrefix(), file);
  }

  @Override
  public int[] encode(String text) {
    byte[] utf8 = Utf8.encode(text);
    TokenBuffer out = new TokenBuffer();
    encoder.encode(utf8, 0, utf8.length, out::add);
    return out.toArray();
  }

  @Override
  public String decode(int... ids) {
    StringBuilder text = new StringBuilder();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean atStart = model.normalization().dummyPrefix() || model.normalization().removeSpaces();
    for (int id : ids) {
      if (id < 0 || id >= model.pieces().size()) {
        continue;
      }
      Piece piece = model.pieces().get(id);
      if (piece.kind() == Kind.BYTE) {
        bytes.write(piece.byteValue());
        continue;
      }
      flush(bytes, text);
      String part = text(piece);
      atStart &= text.isEmpty();
      boolean cut = atStart && piece.kind() != Kind.UNKNOWN && part.startsWith(" ");
      text.append(part, cut ? 1 : 0, part.length());
      atStart &= !cut || model.normalization().removeSpaces();
    }
    flush(bytes, text);
    return text.toString();
  }

  private static String text(Piece piece) {
    return switch (piece.kind()) {
      case CONTROL -> "";
      case UNKNOWN -> UNKNOWN;
      case NORMAL, USER_DEFINED, UNUSED, BYTE -> piece.text().replace(SPACE, " ");
    };
  }

  private static void flush(ByteArrayOutputStream bytes, StringBuilder text) {
    text.append(Utf8.decode(bytes.toByteArray(), bytes.size()));
    bytes.reset();
  }

  @Override
  public int vocabSize() {
    return model.pieces().size();
  }

  @Override
  public boolean has(int id) {
    return id >= 0 && id < model.pieces().size();
  }

  /// NeoX compat: a model without `<|endoftext|>` ends documents with its unknown token.
  @Override
  public OptionalInt eod() {
    OptionalInt end = id(AddedToken.END_OF_TEXT);
    if (end.isPresent()) {
      return end;
    }
    return OptionalInt.of(model.unknown());
  }

  @Override
  public OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Override
  public Optional<String> token(int id) {
    return has(id) ? Optional.of(model.pieces().get(id).text()) : Optional.empty();
  }

  @Override
  public List<Path> files() {
    return List.of(file);
  }

  @Override
  public Encoder encoder() {
    return (utf8, from, to, out) -> encoder.encode(utf8, from, to, out::add);
  }
}
