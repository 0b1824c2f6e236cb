package neox.tokenizer.sentencepiece;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import neox.tokenizer.parts.Charsmap;
import neox.tokenizer.sentencepiece.SentencePieceModel.Normalization;
import neox.tokenizer.text.ByteTrie;
import neox.tokenizer.text.Effort;
import neox.tokenizer.text.Utf8;

/// Changes a text as a SentencePiece model wants it: characters by its table, spaces to `▁`.
/// Symbols of the user's stay as they are.
final class SentencePieceNormalizer {
  private static final String WHERE = "SPMTokenizer";
  private static final byte[] SPACE = "\u2581".getBytes(StandardCharsets.UTF_8);

  private final Normalization normalization;
  private final ByteTrie userSymbols;

  SentencePieceNormalizer(Normalization normalization, ByteTrie userSymbols) {
    this.normalization = normalization;
    this.userSymbols = userSymbols;
  }

  byte[] normalize(byte[] text) {
    Effort effort = new Effort(text.length);
    ByteArrayOutputStream out = new ByteArrayOutputStream(text.length + 16);
    boolean removes = normalization.removeSpaces();
    int at = removes ? afterSpaces(text) : 0;
    if (at == text.length) {
      return new byte[0];
    }
    if (normalization.dummyPrefix()) {
      out.writeBytes(SPACE);
    }
    boolean afterSpace = removes;
    while (at < text.length) {
      Step step = step(text, at);
      int from = 0;
      while (afterSpace && from < step.bytes.length && step.bytes[from] == ' ') {
        from++;
      }
      for (int i = from; i < step.bytes.length; i++) {
        if (step.bytes[i] == ' ') {
          out.writeBytes(SPACE);
        } else {
          out.write(step.bytes[i]);
        }
      }
      if (from < step.bytes.length) {
        afterSpace = removes && step.bytes[step.bytes.length - 1] == ' ';
      }
      effort.make(out.size(), step.bytes.length, WHERE);
      at = step.end;
    }
    return removes ? withoutSpacesAtEnd(out.toByteArray()) : out.toByteArray();
  }

  /// What the beginning of the rest of a text becomes, and where that beginning ends.
  private static final class Step {
    private final byte[] bytes;
    private final int end;

    Step(byte[] bytes, int end) {
      this.bytes = bytes;
      this.end = end;
    }
  }

  private Step step(byte[] text, int at) {
    long symbol = userSymbols.longest(text, at, text.length);
    if (symbol != ByteTrie.NONE) {
      return step(text, at, (int) symbol);
    }
    Optional<Charsmap.Beginning> beginning =
        normalization.map().flatMap(map -> map.longest(text, at, text.length));
    return beginning
        .map(found -> new Step(found.text().getBytes(StandardCharsets.UTF_8), found.end()))
        .orElseGet(() -> step(text, at, at + Utf8.length(text[at])));
  }

  private static Step step(byte[] text, int from, int to) {
    return new Step(Arrays.copyOfRange(text, from, to), to);
  }

  private int afterSpaces(byte[] text) {
    int at = 0;
    while (at < text.length) {
      Step step = step(text, at);
      if (step.bytes.length != 1 || step.bytes[0] != ' ') {
        break;
      }
      at = step.end;
    }
    return at;
  }

  private static byte[] withoutSpacesAtEnd(byte[] text) {
    int end = text.length;
    while (end >= SPACE.length
        && Arrays.equals(text, end - SPACE.length, end, SPACE, 0, SPACE.length)) {
      end -= SPACE.length;
    }
    return Arrays.copyOf(text, end);
  }
}
