package neox.tokenizer;

import static java.util.regex.Pattern.UNICODE_CHARACTER_CLASS;
import static neox.tokenizer.added.AddedToken.END_OF_TEXT;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import neox.base.UserException;
import neox.tokenizer.text.Cl100kWords;
import neox.tokenizer.text.PatternWords;
import neox.tokenizer.text.WordSplitter;

/// What tiktoken says of one of its encodings, besides the ranks of its tokens.
///
/// @param ranks the name of the file of ranks
/// @param size `n_vocab`: one more than the highest id
/// @param special the special tokens with their ids
/// @param words cuts text into words
record TiktokenEncoding(String ranks, int size, Map<String, Integer> special, Words words) {

  private static final String END_OF_PROMPT = "<|endofprompt|>";
  private static final String PREFIX = "<|fim_prefix|>";
  private static final String MIDDLE = "<|fim_middle|>";
  private static final String SUFFIX = "<|fim_suffix|>";

  private static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
  private static final String CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
  private static final String BEFORE = "[^\\r\\n\\p{L}\\p{N}]?";
  private static final Pattern O200K =
      Pattern.compile(
          String.join(
              "|",
              BEFORE + UPPER + "*" + LOWER + "+" + CONTRACTION,
              BEFORE + UPPER + "+" + LOWER + "*" + CONTRACTION,
              "\\p{N}{1,3}",
              " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*",
              "\\s*[\\r\\n]+",
              "\\s+(?!\\S)",
              "\\s+"),
          UNICODE_CHARACTER_CLASS);

  /// Where words are cut.
  interface Words {
    /// Cuts `utf8[from, to)`.
    void split(byte[] utf8, int from, int to, PatternWords.Sink sink);

    /// Cuts as a function says, which gives the end of the word that starts at a place.
    static Words of(Next next) {
      return (utf8, from, to, sink) -> {
        int at = from;
        while (at < to) {
          int start = at;
          at = next.end(utf8, start, to);
          sink.word(start, at);
        }
      };
    }
  }

  /// Gives the end of the word that starts at a place.
  interface Next {
    int end(byte[] utf8, int at, int to);
  }

  private static final Words GPT2_WORDS = Words.of(WordSplitter::next);

  private static final TiktokenEncoding R50K =
      new TiktokenEncoding("r50k_base", 50257, Map.of(END_OF_TEXT, 50256), GPT2_WORDS);

  private static final Map<String, TiktokenEncoding> ALL =
      Map.of(
          "gpt2",
          R50K,
          "r50k_base",
          R50K,
          "p50k_base",
          new TiktokenEncoding("p50k_base", 50281, Map.of(END_OF_TEXT, 50256), GPT2_WORDS),
          "p50k_edit",
          new TiktokenEncoding(
              "p50k_base",
              50284,
              Map.of(END_OF_TEXT, 50256, PREFIX, 50281, MIDDLE, 50282, SUFFIX, 50283),
              GPT2_WORDS),
          "cl100k_base",
          new TiktokenEncoding(
              "cl100k_base",
              100277,
              Map.of(
                  END_OF_TEXT, 100257,
                  PREFIX, 100258,
                  MIDDLE, 100259,
                  SUFFIX, 100260,
                  END_OF_PROMPT, 100276),
              Words.of(Cl100kWords::next)),
          "o200k_base",
          new TiktokenEncoding(
              "o200k_base",
              200019,
              Map.of(END_OF_TEXT, 199999, END_OF_PROMPT, 200018),
              (utf8, from, to, sink) -> PatternWords.split(O200K, utf8, from, to, sink)));

  /// The encoding of a name, whatever its case.
  static TiktokenEncoding named(String name) {
    TiktokenEncoding encoding = ALL.get(name.toLowerCase(Locale.ROOT));
    if (encoding == null) {
      throw UserException.of(
          "TiktokenTokenizer: unknown encoding \"%s\"; set vocab_file to one of %s",
          name, String.join(", ", names()));
    }
    return encoding;
  }

  private static List<String> names() {
    return ALL.keySet().stream().sorted().toList();
  }

  /// The token that ends a document: `eot_token`.
  int endOfText() {
    return Objects.requireNonNull(special.get(END_OF_TEXT));
  }
}
