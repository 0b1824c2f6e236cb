package neox.python;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;

/// Every code point through every method; see the README beside the digests.
class CodePointsTest {
  private static final Map<String, UnaryOperator<String>> METHODS = new HashMap<>();

  static {
    METHODS.put("upper", PythonCase::upper);
    METHODS.put("lower", PythonCase::lower);
    METHODS.put("title", PythonCase::title);
    METHODS.put("titleInside", c -> PythonCase.title("a" + c + "B"));
    METHODS.put("capitalize", PythonCase::capitalize);
    METHODS.put("capitalizeRest", c -> PythonCase.capitalize("A" + c));
    METHODS.put("swapcase", PythonCase::swap);
    METHODS.put("casefold", PythonCase::fold);
    METHODS.put("repr", PythonRepr::of);
    METHODS.put("split", c -> String.join(",", PythonText.split("a" + c + "b", -1)));
    METHODS.put("splitlines", c -> String.join(",", PythonText.lines("a" + c + "b", false)));
    METHODS.put("strip", c -> PythonText.strip(c + "a" + c));
    METHODS.put("isalnum", asking(PythonText::isAlphanumeric));
    METHODS.put("isalpha", asking(PythonText::isAlpha));
    METHODS.put("isdecimal", asking(PythonText::isDecimal));
    METHODS.put("isdigit", asking(PythonText::isDigit));
    METHODS.put("isnumeric", asking(PythonText::isNumeric));
    METHODS.put("isprintable", asking(PythonRepr::isPrintable));
    METHODS.put("isspace", asking(PythonText::isSpace));
    METHODS.put("isidentifier", c -> String.valueOf(PythonText.isIdentifier(c)));
    METHODS.put("isidentifierInside", c -> String.valueOf(PythonText.isIdentifier("a" + c)));
    METHODS.put("islower", c -> String.valueOf(PythonCase.isLower(c)));
    METHODS.put("isupper", c -> String.valueOf(PythonCase.isUpper(c)));
    METHODS.put("istitle", c -> String.valueOf(PythonCase.isTitle(c)));
  }

  private static UnaryOperator<String> asking(IntPredicate question) {
    return c -> String.valueOf(question.test(c.codePointAt(0)));
  }

  @Test
  void saysOfEveryCodePointWhatPythonSays() throws IOException {
    JsonNode golden = Json.read(Path.of("src/test/resources/golden/text/codepoints.json"));
    Map<String, String> expected = new HashMap<>();
    golden
        .get("digests")
        .properties()
        .forEach(e -> expected.put(e.getKey(), e.getValue().asText()));
    Map<String, String> found = new HashMap<>();
    METHODS.forEach((name, method) -> found.put(name, digest(golden.get("points"), method)));
    assertThat(found).isEqualTo(expected);
  }

  private static String digest(JsonNode ranges, UnaryOperator<String> method) {
    StringBuilder lines = new StringBuilder();
    for (JsonNode range : ranges) {
      for (int c = range.get(0).asInt(); c <= range.get(1).asInt(); c++) {
        lines.append(Integer.toHexString(c)).append(' ');
        lines.append(method.apply(Character.toString(c))).append('\n');
      }
    }
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of()
          .formatHex(sha.digest(lines.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
