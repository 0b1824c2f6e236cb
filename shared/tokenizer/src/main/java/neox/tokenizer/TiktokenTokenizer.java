package neox.tokenizer;

import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import com.knuddels.jtokkit.api.IntArrayList;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.tokenizer.text.Utf8;

/// The encodings of tiktoken, through jtokkit, which brings their vocabularies along.
///
/// As with tiktoken, a text that spells a special token is refused.
final class TiktokenTokenizer implements Tokenizer {
  private static final String END_OF_TEXT = "<|endoftext|>";
  private static final String END_OF_PROMPT = "<|endofprompt|>";
  private static final String PREFIX = "<|fim_prefix|>";
  private static final String MIDDLE = "<|fim_middle|>";
  private static final String SUFFIX = "<|fim_suffix|>";

  /// What tiktoken says of its encodings; jtokkit does not tell.
  ///
  /// @param size `n_vocab`: one more than the highest id
  /// @param endOfText `eot_token`
  /// @param special the special tokens besides `<|endoftext|>`
  private record Facts(EncodingType type, int size, int endOfText, List<String> special) {}

  private static final Map<String, Facts> ENCODINGS =
      Map.of(
          "gpt2", new Facts(EncodingType.R50K_BASE, 50257, 50256, List.of()),
          "r50k_base", new Facts(EncodingType.R50K_BASE, 50257, 50256, List.of()),
          "p50k_base", new Facts(EncodingType.P50K_BASE, 50281, 50256, List.of()),
          "p50k_edit",
              new Facts(EncodingType.P50K_EDIT, 50284, 50256, List.of(PREFIX, MIDDLE, SUFFIX)),
          "cl100k_base",
              new Facts(
                  EncodingType.CL100K_BASE,
                  100277,
                  100257,
                  List.of(PREFIX, MIDDLE, SUFFIX, END_OF_PROMPT)),
          "o200k_base", new Facts(EncodingType.O200K_BASE, 200019, 199999, List.of(END_OF_PROMPT)));

  private final Encoding encoding;
  private final Facts facts;

  private TiktokenTokenizer(Facts facts) {
    this.facts = facts;
    encoding = Encodings.newLazyEncodingRegistry().getEncoding(facts.type());
  }

  /// @param name tiktoken's name of the encoding
  static Tokenizer open(String name) {
    Facts facts = ENCODINGS.get(name.toLowerCase(Locale.ROOT));
    if (facts == null) {
      throw UserException.of(
          "TiktokenTokenizer: unknown encoding \"%s\"; set vocab_file to one of %s",
          name, String.join(", ", ENCODINGS.keySet().stream().sorted().toList()));
    }
    return new TiktokenTokenizer(facts);
  }

  @Override
  public int[] encode(String text) {
    Utf8.encode(text); // refuses what has no UTF-8
    refuse(text, END_OF_TEXT);
    facts.special().forEach(token -> refuse(text, token));
    return encoding.encodeOrdinary(text).toArray();
  }

  private static void refuse(String text, String token) {
    int at = text.indexOf(token);
    if (at >= 0) {
      throw UserException.of(
          "TiktokenTokenizer: the text has the special token %s at position %d; tiktoken does not"
              + " encode such texts: take it out, or use HFTokenizer",
          token, at);
    }
  }

  @Override
  public String decode(int... ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      bytes.writeBytes(bytes(id));
    }
    return Utf8.decode(bytes.toByteArray(), bytes.size());
  }

  private byte[] bytes(int id) {
    IntArrayList one = new IntArrayList(1);
    one.add(id);
    try {
      return encoding.decodeBytes(one);
    } catch (NullPointerException e) {
      return new byte[0]; // jtokkit's way to say that the encoding has no such token
    }
  }

  @Override
  public int vocabSize() {
    return facts.size();
  }

  @Override
  public OptionalInt eod() {
    return OptionalInt.of(facts.endOfText());
  }

  @Override
  public OptionalInt id(String token) {
    return token.equals(END_OF_TEXT) ? eod() : OptionalInt.empty();
  }

  @Override
  public Encoder encoder() {
    return (utf8, from, to, out) -> {
      int[] ids = encode(new String(utf8, from, to - from, StandardCharsets.UTF_8));
      out.add(ids, 0, ids.length);
    };
  }
}
