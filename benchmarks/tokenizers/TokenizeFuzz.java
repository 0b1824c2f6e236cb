import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Do our tokenizers give HuggingFace's ids on any text? `TokenizeFuzz DATA TEXTS SEED`.
///
/// Every text goes through our cached encoder, our plain `encode` and HuggingFace's library, with
/// the vocabularies of GPT-2 and GPT-NeoX-20B. Prints the texts that differ; exit code 1 if any do.
final class TokenizeFuzz {
  private static final PrintStream OUT = System.out;
  private static final int SHOWN = 20;

  public static void main(String[] args) throws IOException {
    Path data = Path.of(args[0]);
    int texts = Integer.parseInt(args[1]);
    long seed = Long.parseLong(args[2]);
    int different = 0;
    for (Vocabulary vocabulary : List.of(Vocabulary.gpt2(data), Vocabulary.gptNeox20b(data))) {
      different += compare(vocabulary, texts, seed);
    }
    System.exit(different == 0 ? 0 : 1);
  }

  private static int compare(Vocabulary vocabulary, int texts, long seed) {
    RandomTexts random = new RandomTexts(seed);
    Contestant.Worker ours = vocabulary.contestants().get(0).threadState().get();
    Contestant.Worker theirs = vocabulary.contestants().get(1).threadState().get();
    int different = 0;
    long bytes = 0;
    long tokens = 0;
    for (int i = 0; i < texts; i++) {
      String text = random.next();
      Corpus.Document document =
          new Corpus.Document(text, text.getBytes(StandardCharsets.UTF_8));
      tokens += theirs.encode(document);
      ours.encode(document);
      int[] expected = theirs.ids();
      if (!Arrays.equals(ours.ids(), expected)
          || !Arrays.equals(vocabulary.tokenizer().encode(text), expected)) {
        different++;
        if (different <= SHOWN) {
          show(text, expected, ours.ids());
        }
      }
      bytes += document.utf8().length;
    }
    OUT.printf(
        Locale.ROOT,
        "%s: %,d texts, %,d bytes, %,d tokens, seed %d: %d differ%n",
        vocabulary.name(),
        texts,
        bytes,
        tokens,
        seed,
        different);
    return different;
  }

  private static void show(String text, int[] expected, int[] found) {
    OUT.print("differs:");
    text.codePoints().forEach(c -> OUT.printf(" %X", c));
    OUT.printf("%n  expected %s%n  found    %s%n", Arrays.toString(expected), Arrays.toString(found));
  }
}
