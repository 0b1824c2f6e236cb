package neox.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import neox.base.json.Json;

/// The golden files of `src/test/resources/golden/tokenizer`; its README says what made them.
public final class Golden {
  static Path file(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Golden.class.getResource("/golden/tokenizer/" + name), name)
              .toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  public static JsonNode json(String name) throws IOException {
    return Json.read(file(name));
  }

  /// A tokenizer by the name it has in `cases.json`.
  static Tokenizer tokenizer(String name) {
    if (name.equals("gpt2")) {
      return Tokenizers.open(
          "GPT2BPETokenizer",
          Optional.of(file("gpt2-vocab.json")),
          Optional.of(file("gpt2-merges.txt")));
    }
    return Tokenizers.open("HFTokenizer", Optional.of(file(name + ".json")), Optional.empty());
  }

  static int[] ids(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).intValue()).toArray();
  }

  private Golden() {}
}
