package neox.tokenizer;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.tokenizer.parts.Frame;

/// A tokenizer that puts tokens around each text, as the post-processor of a `tokenizer.json` says,
/// and keeps to its limits of length.
final class FramedTokenizer implements Tokenizer {
  private final Tokenizer text;
  private final Frame frame;

  private FramedTokenizer(Tokenizer text, Frame frame) {
    this.text = text;
    this.frame = frame;
  }

  static Tokenizer of(Tokenizer text, Frame frame) {
    return frame.isEmpty() ? text : new FramedTokenizer(text, frame);
  }

  @Override
  public Tokenizer withoutSpecialTokens() {
    return of(text, frame.withoutSpecialTokens());
  }

  @Override
  public Tokenizer withoutLimits() {
    return of(text, frame.withoutLimits());
  }

  @Override
  public int[] encode(String string) {
    return frame.around(text.encode(string));
  }

  @Override
  public Encoder encoder() {
    Encoder encoder = text.encoder();
    TokenBuffer ids = new TokenBuffer();
    return (utf8, from, to, out) -> {
      ids.clear();
      encoder.encode(utf8, from, to, ids);
      int[] framed = frame.around(ids.toArray());
      out.add(framed, 0, framed.length);
    };
  }

  @Override
  public String decode(int... ids) {
    return text.decode(ids);
  }

  @Override
  public int vocabSize() {
    return text.vocabSize();
  }

  @Override
  public OptionalInt eod() {
    return text.eod();
  }

  @Override
  public OptionalInt id(String token) {
    return text.id(token);
  }

  @Override
  public Optional<String> token(int id) {
    return text.token(id);
  }

  @Override
  public boolean has(int id) {
    return text.has(id);
  }

  @Override
  public boolean isAdded(int id) {
    return text.isAdded(id);
  }

  @Override
  public List<Path> files() {
    return text.files();
  }
}
