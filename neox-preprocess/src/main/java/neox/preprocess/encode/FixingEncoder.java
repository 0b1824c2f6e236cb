package neox.preprocess.encode;

import java.nio.charset.StandardCharsets;
import neox.preprocess.ftfy.TextFixer;
import neox.tokenizer.TokenBuffer;
import neox.tokenizer.Tokenizer;

/// Mends each text before it is encoded. A text that mending empties has the tokens that the
/// tokenizer puts around every text.
public record FixingEncoder(TextFixer fixer, Tokenizer.Encoder encoder)
    implements Tokenizer.Encoder {
  @Override
  public void encode(byte[] utf8, int from, int to, TokenBuffer out) {
    if (TextFixer.leavesAlone(utf8, from, to)) {
      encoder.encode(utf8, from, to, out);
      return;
    }
    String text = new String(utf8, from, to - from, StandardCharsets.UTF_8);
    byte[] mended = fixer.fix(text).getBytes(StandardCharsets.UTF_8);
    encoder.encode(mended, 0, mended.length, out);
  }
}
