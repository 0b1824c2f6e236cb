package neox.tokenizer;

import static neox.tokenizer.added.AddedToken.END_OF_TEXT;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.UserException;
import neox.tokenizer.text.Utf8;
import neox.tokenizer.vocabulary.Vocabulary;

/// The encodings of tiktoken: a word that is a token is that token, any other is merged by ranks.
///
/// As with tiktoken, a text that spells a special token is refused.
final class TiktokenTokenizer implements Tokenizer {
  private static final String ENDING = ".tiktoken";
  private static final int NONE = -1;

  private final TiktokenEncoding encoding;
  private final Vocabulary ranks;
  private final BpeModel model;
  private final List<Path> files;

  /// Which token of [#ranks] has an id.
  private final int[] indices;

  private final Map<Integer, String> special = new HashMap<>();
  private final int longest;

  private TiktokenTokenizer(TiktokenEncoding encoding, Vocabulary ranks, List<Path> files) {
    this.encoding = encoding;
    this.ranks = ranks;
    this.files = List.copyOf(files);
    model = BpeModel.ofRanks(ranks);
    indices = new int[encoding.size()];
    Arrays.fill(indices, NONE);
    int most = 0;
    for (int index = 0; index < ranks.size(); index++) {
      indices[ranks.idAt(index)] = index;
      most = Math.max(most, ranks.bytesAt(index).length);
    }
    longest = most;
    encoding.special().forEach((token, id) -> special.put(id, token));
  }

  /// @param vocabFile tiktoken's name of the encoding, perhaps behind the path of a directory; or a
  ///   file of its ranks, named after it: `cl100k_base.tiktoken`
  static Tokenizer open(Path vocabFile) {
    String name = vocabFile.getFileName().toString();
    if (name.endsWith(ENDING)) {
      TiktokenEncoding encoding =
          TiktokenEncoding.named(name.substring(0, name.length() - ENDING.length()));
      Vocabulary ranks = TiktokenRanks.read(vocabFile, encoding);
      return new TiktokenTokenizer(encoding, ranks, List.of(vocabFile));
    }
    TiktokenEncoding encoding = TiktokenEncoding.named(name);
    return new TiktokenTokenizer(encoding, TiktokenRanks.bundled(encoding), List.of());
  }

  @Override
  public int[] encode(String text) {
    byte[] utf8 = Utf8.encode(text);
    TokenBuffer out = new TokenBuffer();
    new Words(new WordMerger(model)::append).encode(utf8, 0, utf8.length, out);
    return out.toArray();
  }

  @Override
  public Encoder encoder() {
    return new Words(new WordCache(model)::encode);
  }

  /// Turns one word into tokens.
  private interface WordEncoder {
    void encode(byte[] text, int from, int to, TokenBuffer out);
  }

  /// Encodes word by word, with the state of one thread.
  private final class Words implements Encoder {
    private final WordEncoder merger;

    Words(WordEncoder merger) {
      this.merger = merger;
    }

    @Override
    public void encode(byte[] utf8, int from, int to, TokenBuffer out) {
      refuseSpecial(utf8, from, to);
      encoding.words().split(utf8, from, to, (start, end) -> word(utf8, start, end, out));
    }

    /// Not every token is what merging its bytes gives.
    private void word(byte[] utf8, int from, int to, TokenBuffer out) {
      int whole = to - from <= longest ? ranks.id(utf8, from, to) : Vocabulary.MISSING;
      if (whole == Vocabulary.MISSING) {
        merger.encode(utf8, from, to, out);
      } else {
        out.add(whole);
      }
    }
  }

  /// All special tokens begin with `<|`, which hardly any text has.
  private void refuseSpecial(byte[] utf8, int from, int to) {
    for (int i = from; i + 1 < to; i++) {
      if (utf8[i] == '<' && utf8[i + 1] == '|') {
        String text = new String(utf8, from, to - from, StandardCharsets.UTF_8);
        encoding.special().keySet().forEach(token -> refuse(text, token));
        return;
      }
    }
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
    if (id >= 0 && id < indices.length && indices[id] != NONE) {
      return ranks.bytesAt(indices[id]);
    }
    return Optional.ofNullable(special.get(id)).orElse("").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public boolean has(int id) {
    return (id >= 0 && id < indices.length && indices[id] != NONE) || special.containsKey(id);
  }

  @Override
  public int vocabSize() {
    return encoding.size();
  }

  @Override
  public OptionalInt eod() {
    return OptionalInt.of(encoding.endOfText());
  }

  @Override
  public OptionalInt id(String token) {
    return token.equals(END_OF_TEXT) ? eod() : OptionalInt.empty();
  }

  @Override
  public List<Path> files() {
    return files;
  }
}
