import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;

/// Compares our tokenizers with what record_configurations.py recorded: ids with and without the
/// tokens of a post-processor, decoded text, size of the vocabulary. Exits 1 when one differs.
///
/// Arguments: the recorded file, then `-v` to see each difference.
class ReplayConfigurations {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TreeMap<String, Integer> REFUSALS = new TreeMap<>();
  private static int equal;
  private static int refused;
  private static int bothRefuse;
  private static int different;

  public static void main(String[] arguments) throws IOException {
    boolean verbose = arguments.length > 1;
    Path file = Files.createTempFile("tokenizer", ".json");
    try (BufferedReader lines = Files.newBufferedReader(Path.of(arguments[0]))) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        String difference = compare(JSON.readTree(line), file);
        if (!difference.isEmpty()) {
          different++;
          if (verbose) {
            System.out.println("line " + number + ": " + difference);
          }
        }
      }
    } finally {
      Files.delete(file);
    }
    System.out.printf(
        "equal %d, refused by both %d, refused by name %d, different %d%n",
        equal, bothRefuse, refused, different);
    REFUSALS.forEach((why, count) -> System.out.printf("%6d %s%n", count, why));
    System.exit(different == 0 ? 0 : 1);
  }

  private static String compare(JsonNode recorded, Path file) throws IOException {
    Files.writeString(file, recorded.get("configuration").toString());
    Tokenizer tokenizer;
    try {
      tokenizer = Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
    } catch (UserException e) {
      if (recorded.has("error")) {
        bothRefuse++;
      } else {
        refused++;
        REFUSALS.merge(why(e.getMessage(), file), 1, Integer::sum);
      }
      return "";
    }
    if (recorded.has("error")) {
      return "opened what is refused there: " + recorded.get("error");
    }
    if (tokenizer.vocabSize() != recorded.get("size").intValue()) {
      return "size " + tokenizer.vocabSize() + ", there " + recorded.get("size");
    }
    for (JsonNode one : recorded.get("cases")) {
      String difference = compare(one, tokenizer);
      if (!difference.isEmpty()) {
        return difference;
      }
    }
    equal++;
    return "";
  }

  private static String compare(JsonNode recorded, Tokenizer tokenizer) {
    String text = recorded.get("text").asText();
    try {
      int[] ids = tokenizer.encode(text);
      if (recorded.has("error")) {
        return "encoded " + recorded.get("text") + ", there " + recorded.get("error");
      }
      String expected = recorded.get("ids").toString();
      if (!expected.equals(string(ids))) {
        return recorded.get("text") + ": " + string(ids) + ", there " + expected;
      }
      int[] bare = tokenizer.withoutSpecialTokens().encode(text);
      if (!recorded.get("bare").toString().equals(string(bare))) {
        return recorded.get("text") + " bare: " + string(bare) + ", there " + recorded.get("bare");
      }
      String decoded = tokenizer.decode(bare);
      if (!recorded.get("decoded").asText().equals(decoded)) {
        return recorded.get("text") + " decoded: \"" + decoded + "\", there "
            + recorded.get("decoded");
      }
    } catch (UserException e) {
      return recorded.has("error") ? "" : recorded.get("text") + ": " + e.getMessage();
    }
    return "";
  }

  private static String string(int[] ids) {
    return IntStream.of(ids).boxed().toList().toString().replace(" ", "");
  }

  /// The reason without what is different in each file.
  private static String why(String message, Path file) {
    return message
        .replace(file + ": ", "")
        .replaceAll("(\\.[a-z]+)?\\[\\d+\\]", "")
        .replaceAll("\\.pattern|\"[^\"]*\"{1}(?= has)", "…");
  }
}
