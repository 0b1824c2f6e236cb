package neox.preprocess.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import neox.base.json.Json;
import neox.base.text.Utf8Check;
import neox.preprocess.Run;
import org.junit.jupiter.api.Test;

class JsonRowTest {
  private static final ObjectMapper JACKSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                  .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                  .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .configure(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION, false);
  private static final String[] ROWS = {
    "{\"text\":\"abc\"}",
    "{ \"a\" : [1, -2.5e+3, 0, true, false, null, {\"b\": []}], \"text\" : \"t\\u00e9\\n\" }",
    "{\"text\":[\"p\",\"q\\\"\"],\"z\":{}}",
    "{\"te\\u0078t\":\"key with escape\",\"n\":[[],[[]],{\"x\":{\"y\":\"\\/\"}}]}",
    "{\"text\":\"\\ud83d\\ude00 😀 \\\\ \"}",
    "{\"n\":NaN,\"m\":-0.0,\"text\":\"x\"}",
    "{\"text\":\"a\",\"text\":\"last counts\"}"
  };

  @Test
  void agreesWithJacksonOnRowsWithRandomDamage() {
    Random random = new Random(1);
    byte[] alphabet = "{}[]\",:\\u0123abtfn .-+eE\t".getBytes(StandardCharsets.UTF_8);
    int good = 0;
    int bad = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] row = ROWS[round % ROWS.length].getBytes(StandardCharsets.UTF_8);
      for (int edits = random.nextInt(4); edits > 0; edits--) {
        row[random.nextInt(row.length)] = alphabet[random.nextInt(alphabet.length)];
      }
      Optional<String> expected = jackson(row);
      Optional<String> found = ours(row);
      assertThat(found).as(new String(row, StandardCharsets.UTF_8)).isEqualTo(expected);
      good += found.isPresent() ? 1 : 0;
      bad += found.isPresent() ? 0 : 1;
    }
    assertThat(good).isGreaterThan(3_000);
    assertThat(bad).isGreaterThan(3_000);
  }

  /// Jackson takes `INF` and `+Infinity` for numbers, and no half of a surrogate pair in a name.
  private static final String JACKSON_ALONE = ".*(INF|[+]Infinity|.ud800text\"|te.ud800xt\").*";

  @Test
  void readsWhatPythonReads() throws Exception {
    int read = 0;
    for (String line : Files.readAllLines(Run.GOLDEN.resolve("json/rows.jsonl"))) {
      JsonNode golden = JACKSON.readTree(line);
      StringBuilder row = new StringBuilder();
      golden
          .get("row")
          .forEach(piece -> row.append(piece.get(0).asText().repeat(piece.get(1).asInt())));
      Optional<String> expected =
          Optional.of(golden.get("text")).filter(JsonNode::isTextual).map(JsonNode::asText);
      byte[] utf8 = row.toString().getBytes(StandardCharsets.UTF_8);
      assertThat(ours(utf8)).as(line).isEqualTo(expected);
      if (!row.toString().matches(JACKSON_ALONE)) {
        assertThat(tree(utf8)).as("as a tree: " + line).isEqualTo(expected);
      }
      read += expected.isPresent() ? 1 : 0;
    }
    assertThat(read).isGreaterThan(30);
  }

  /// The text in the tree that conversations are read from.
  private static Optional<String> tree(byte[] row) throws IOException {
    try {
      RowText.require(row, 0, row.length);
      return text(Json.mapper().readTree(row));
    } catch (BadRow | JsonProcessingException e) {
      return Optional.empty();
    }
  }

  @Test
  void explainsWhatIsWrong() {
    assertBad("{\"text\":\"a\"} x", "not valid JSON: expected the end in column 14, found 'x'");
    assertBad("{\"text\" \"a\"}", "not valid JSON: expected ':' in column 9, found '\"'");
    assertBad("{\"text\":\"a\"", "not valid JSON: it ends where '}' was expected");
    assertBad(
        "{\"text\":\"a",
        "not valid JSON: it ends where the closing quote of a string was expected");
    assertBad(
        "{\"text\":\"\\x\"}",
        "not valid JSON: expected an escape such as \\n or \\u00e9 in column 11, found 'x'");
    assertBad(
        "{\"text\":\"\\u12\"}",
        "not valid JSON: expected four hexadecimal digits in column 14, found '\"'");
    assertBad("{text:1}", "not valid JSON: expected a key in double quotes in column 2, found 't'");
    assertBad("{\"a\":01}", "not valid JSON: expected '}' in column 7, found '1'");
    assertBad("{\"a\":-}", "not valid JSON: expected a digit in column 7, found '}'");
    assertBad(
        "{\"text\":[\"a\",1]}",
        "key \"text\" holds a list with a number in it, expected strings only");
    assertBad("{\"text\":null}", "key \"text\" holds null, expected a string or a list of strings");
    assertBad(
        "{\"text\":{}}", "key \"text\" holds an object, expected a string or a list of strings");
    assertBad(
        "{\"text\":true}", "key \"text\" holds a boolean, expected a string or a list of strings");
    assertBad("[\"a\"]", "expected a JSON string or object, found a list");
    assertBad(
        "\uFEFF{\"text\":\"a\"}",
        "the row begins with a byte order mark (U+FEFF, which begins some files; it stays where they"
            + " are joined, and must be taken out)");
    assertBad(
        "{\"text\":\"a\"}\uFEFF{",
        "not valid JSON: expected the end in column 13, found a byte order mark (U+FEFF, which begins"
            + " some files; it stays where they are joined, and must be taken out)");
    assertBad(
        "{\"text\":\"kept\",\"text\":null}",
        "key \"text\" holds null, expected a string or a list of strings");
    assertBad(
        "{\"text\":null,\"text\":\"\\udc00\"}",
        "\\udc00 in column 22 is half of a surrogate pair and stands for no character");
    assertBad(
        "{\"a\":" + "[".repeat(600) + "]".repeat(600) + "}", "JSON nested deeper than 512 levels");
  }

  private static void assertBad(String row, String message) {
    byte[] bytes = row.getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> new JsonRow(List.of("text")).parse(bytes, 0, bytes.length))
        .isInstanceOf(BadRow.class)
        .hasMessage(message);
  }

  private static Optional<String> ours(byte[] row) {
    JsonRow parsed = new JsonRow(List.of("text"));
    try {
      parsed.parse(row, 0, row.length);
      return Optional.of(
          new String(
              parsed.array(),
              parsed.from(0),
              parsed.to(0) - parsed.from(0),
              StandardCharsets.UTF_8));
    } catch (BadRow e) {
      return Optional.empty();
    }
  }

  private static Optional<String> jackson(byte[] row) {
    JsonNode node;
    try {
      node = JACKSON.readTree(new String(row, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
    return Utf8Check.firstInvalid(row, 0, row.length) >= 0 ? Optional.empty() : text(node);
  }

  private static Optional<String> text(JsonNode node) {
    JsonNode text = node.isTextual() ? node : node.get("text");
    if (text == null) {
      return Optional.empty();
    }
    if (text.isArray()) {
      List<String> paragraphs = new ArrayList<>();
      for (JsonNode part : text) {
        if (!part.isTextual()) {
          return Optional.empty();
        }
        paragraphs.add(part.asText());
      }
      return complete(String.join("\n\n", paragraphs));
    }
    return text.isTextual() ? complete(text.asText()) : Optional.empty();
  }

  /// Jackson lets halves of surrogate pairs through; we do not.
  private static Optional<String> complete(String text) {
    boolean whole = text.codePoints().noneMatch(c -> c >= 0xd800 && c <= 0xdfff);
    return whole ? Optional.of(text) : Optional.empty();
  }
}
