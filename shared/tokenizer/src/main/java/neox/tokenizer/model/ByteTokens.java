package neox.tokenizer.model;

import java.util.Arrays;
import java.util.function.IntConsumer;
import neox.tokenizer.vocabulary.Vocabulary;

/// The tokens that stand for bytes: `<0x00>` to `<0xFF>`.
final class ByteTokens {
  static final ByteTokens NONE = new ByteTokens(missing());

  private static final int BYTES = 256;

  private final int[] ids;

  private ByteTokens(int[] ids) {
    this.ids = ids;
  }

  static ByteTokens of(Vocabulary vocabulary) {
    int[] ids = missing();
    for (int b = 0; b < ids.length; b++) {
      ids[b] = vocabulary.id(String.format("<0x%02X>", b));
    }
    return new ByteTokens(ids);
  }

  private static int[] missing() {
    int[] ids = new int[BYTES];
    Arrays.fill(ids, Vocabulary.MISSING);
    return ids;
  }

  /// Hands over the tokens of some bytes, if all of them have one.
  boolean put(byte[] text, int from, int to, IntConsumer out) {
    for (int i = from; i < to; i++) {
      if (ids[text[i] & 0xFF] == Vocabulary.MISSING) {
        return false;
      }
    }
    for (int i = from; i < to; i++) {
      out.accept(ids[text[i] & 0xFF]);
    }
    return true;
  }
}
