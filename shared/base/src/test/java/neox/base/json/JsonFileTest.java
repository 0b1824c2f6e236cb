package neox.base.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JsonFileTest {
  @TempDir Path directory;

  @Test
  void readsTheTreesThatJacksonReads() throws IOException {
    String text =
        """
        {"a": [1, -2, 123456789, 0.5, -1e3, true, false, null, NaN, Infinity, -Infinity, [], {}],
         "\\u00e9\\n": {"b": "\\ud83d\\ude00 \\/ é", "": ""}, "a2": "twice", "a2": "last"}
        """;
    Path file = Files.writeString(directory.resolve("a.json"), text);
    assertThat(JsonFile.read(file, JsonFile::tree)).isEqualTo(Json.parse(text, "the text"));
  }

  @Test
  void passesOverAByteOrderMark() throws IOException {
    Path file = Files.writeString(directory.resolve("a.json"), "\uFEFF{\"a\": 1}");
    assertThat(JsonFile.read(file, JsonFile::tree).path("a").intValue()).isEqualTo(1);
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of("", ": not valid JSON: it is empty"),
        Arguments.of("{\"a\": [1:2]}", ":1: not valid JSON: expected ']', found ':'"),
        Arguments.of("{\"a\":\n\n oops}", ":3: not valid JSON: expected a value, found 'o'"),
        Arguments.of("{\"a\": 1", ":1: not valid JSON: it ends where '}' was expected"),
        Arguments.of("{\"a\": 1}\nx", ":2: not valid JSON: expected the end, found 'x'"),
        Arguments.of(
            "[\"\\ud83d\"]",
            ":1: \\ud83d is half of a surrogate pair and stands for no character"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void namesTheLineAndWhatIsWrong(String text, String expected) throws IOException {
    Path file = Files.writeString(directory.resolve("a.json"), text);
    assertThatThrownBy(() -> JsonFile.read(file, JsonFile::tree))
        .isInstanceOf(UserException.class)
        .hasMessage(file + expected);
  }

  @Test
  void namesTheLineOfWhatIsNotUtf8() throws IOException {
    byte[] latin = "{\n\"caf\u00e9 \": 1}".getBytes(StandardCharsets.ISO_8859_1);
    Path file = Files.write(directory.resolve("a.json"), latin);
    assertThatThrownBy(() -> JsonFile.read(file, JsonFile::tree))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "%s:2: not valid JSON: byte 0xe9 is not UTF-8; the file may be Latin-1 (iconv -f"
                + " LATIN1 -t UTF-8 converts it)",
            file);
  }

  @Test
  void refusesEndlessNesting() throws IOException {
    Path file = Files.writeString(directory.resolve("a.json"), "[".repeat(100_000));
    assertThatThrownBy(() -> JsonFile.read(file, JsonFile::tree))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ":1: JSON nested deeper than 512 levels");
  }
}
