package neox.python;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Expected values are CPython 3.11's.
class PythonJsonTest {
  private static JsonNode json(String text) {
    return Json.parse(text, "test");
  }

  @ParameterizedTest
  @CsvSource({
    "1.0, 1.0",
    "-0.0, -0.0",
    "0.1, 0.1",
    "1e15, 1000000000000000.0",
    "123456789012345680, 1.2345678901234568e+17",
    "1e16, 1e+16",
    "1.5e16, 1.5e+16",
    "1e22, 1e+22",
    "1e100, 1e+100",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "0.000012, 1.2e-05",
    "1e-7, 1e-07",
    "-81.93376159667969, -81.93376159667969",
    "100, 100.0",
  })
  void writesFloatsByTheirShortestDigits(double value, String expected) {
    assertThat(PythonRepr.of(value)).isEqualTo(expected);
  }

  @Test
  void writesWhatIsNotANumber() {
    assertThat(PythonRepr.of(Double.NaN)).isEqualTo("nan");
    assertThat(PythonRepr.of(Double.NEGATIVE_INFINITY)).isEqualTo("-inf");
    assertThat(PythonJson.line(json("[NaN, -Infinity]"))).isEqualTo("[NaN, -Infinity]");
  }

  @Test
  void dumpsOnOneLineWithBlanksAfterSeparators() {
    JsonNode value = json("{\"a\":[1,2.50,null,true],\"b\":{},\"c\":[]}");
    assertThat(PythonJson.line(value))
        .isEqualTo("{\"a\": [1, 2.5, null, true], \"b\": {}, \"c\": []}");
    assertThat(PythonJson.indented(value))
        .isEqualTo(
            """
            {
              "a": [
                1,
                2.5,
                null,
                true
              ],
              "b": {},
              "c": []
            }\
            """);
  }

  @Test
  void escapesInJsonOnlyWhatMustBeEscaped() {
    assertThat(PythonJson.line(json("\"a/\\\"\\\\\\n\\r\\t\\b\\f\\u001f\\u007fé😀\\u2028\"")))
        .isEqualTo("\"a/\\\"\\\\\\n\\r\\t\\b\\f\\u001f\u007fé😀\u2028\"");
  }

  @Test
  void representsTextWithTheQuotesOfPython() {
    assertThat(PythonRepr.of("it")).isEqualTo("'it'");
    assertThat(PythonRepr.of("it's")).isEqualTo("\"it's\"");
    assertThat(PythonRepr.of("it's \"so\"")).isEqualTo("'it\\'s \"so\"'");
    assertThat(PythonRepr.of("a\n\u00a0\u2028é😀\u0007\\"))
        .isEqualTo("'a\\n\\xa0\\u2028é😀\\x07\\\\'");
  }

  @Test
  void representsListsAndDictionaries() {
    JsonNode value = json("{\"a\":[1,\"x\",null,false,1e-7],\"b\":{},\"c\":[]}");
    assertThat(PythonJson.str(value))
        .isEqualTo("{'a': [1, 'x', None, False, 1e-07], 'b': {}, 'c': []}");
    assertThat(PythonJson.str(json("\"plain\""))).isEqualTo("plain");
  }
}
