package neox.tokenizer;

import java.util.OptionalInt;
import neox.tokenizer.text.Utf8;

/// One token per UTF-8 byte, as NeoX's CharLevelTokenizer.
///
/// NeoX compat: decoding is not the inverse of encoding. Each id becomes the character of the same
/// number, clamped to 32…512: line breaks turn into spaces, and letters outside ASCII do not come
/// back.
final class CharLevelTokenizer implements Tokenizer {
  private static final int VOCAB_SIZE = 512;
  private static final int EOD = 0;

  @Override
  public int[] encode(String text) {
    byte[] utf8 = Utf8.encode(text);
    int[] ids = new int[utf8.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = utf8[i] & 0xFF;
    }
    return ids;
  }

  @Override
  public String decode(int... ids) {
    StringBuilder text = new StringBuilder(ids.length);
    for (int id : ids) {
      text.append((char) Math.clamp(id, ' ', VOCAB_SIZE));
    }
    return text.toString();
  }

  @Override
  public int vocabSize() {
    return VOCAB_SIZE;
  }

  /// Every id is written as some character.
  @Override
  public boolean has(int id) {
    return id >= 0 && id < VOCAB_SIZE;
  }

  @Override
  public OptionalInt eod() {
    return OptionalInt.of(EOD);
  }

  @Override
  public Encoder encoder() {
    return (utf8, from, to, out) -> {
      for (int i = from; i < to; i++) {
        out.add(utf8[i] & 0xFF);
      }
    };
  }
}
