package neox.converthf.tokenizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.json.Json;

/// NeoX's CharLevelTokenizer, which has a token for each byte of UTF-8, as `tokenizer.json`:
/// GPT-2's alphabet of bytes, and no merges.
///
/// No token is special, so that every text is encoded as NeoX does; byte 0, which ends documents,
/// is named by its id in `config.json`. Decoding is the inverse of encoding, which NeoX's is not.
final class ByteTokenizerJson {
  private static final int BYTES = 256;

  static String make() {
    Map<String, Integer> vocab = new LinkedHashMap<>();
    for (int b = 0; b < BYTES; b++) {
      vocab.put(String.valueOf(symbol(b)), b);
    }
    TokenizerJsonWriter writer = new TokenizerJsonWriter();
    for (String part : List.of("pre_tokenizer", "post_processor", "decoder")) {
      writer.part(part, TokenizerJsonWriter.byteLevel(false));
    }
    return writer.model(TokenizerJsonWriter.bpe(Json.mapper().nullNode(), false, vocab, List.of()));
  }

  /// GPT-2's printable character for a byte: itself, or one from U+0100 on.
  static char symbol(int b) {
    if (isPrintable(b)) {
      return (char) b;
    }
    int before = 0;
    for (int other = 0; other < b; other++) {
      before += isPrintable(other) ? 0 : 1;
    }
    return (char) (BYTES + before);
  }

  private static boolean isPrintable(int b) {
    return (b > ' ' && b < 0x7F) || (b > 0xA0 && b != 0xAD);
  }

  private ByteTokenizerJson() {}
}
