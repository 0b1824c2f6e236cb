package neox.base.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonTest {
  @TempDir Path directory;

  @Test
  void namesFileAndLineOfWhatIsNotJson() throws IOException {
    Path file = Files.writeString(directory.resolve("a.json"), "{\n  \"a\": 1,\n  b: 2\n}\n");
    assertThatThrownBy(() -> Json.read(file))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + ":3: not valid JSON: Unexpected character ('b'");
  }

  @Test
  void refusesAFileThatGoesOnAfterItsValue() throws IOException {
    Path file = Files.writeString(directory.resolve("a.json"), "{}\n{}\n");
    assertThatThrownBy(() -> Json.read(file))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + ":2: not valid JSON: Trailing token");
  }

  @Test
  void refusesAnEmptyFileAndAnEmptyText() throws IOException {
    Path file = Files.writeString(directory.resolve("a.json"), " \n");
    assertThatThrownBy(() -> Json.read(file))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": not valid JSON: it is empty");
    assertThatThrownBy(() -> Json.parse("", "rows.jsonl:7"))
        .isInstanceOf(UserException.class)
        .hasMessage("rows.jsonl:7: not valid JSON: it is empty");
  }

  @Test
  void leavesAMissingFileToTheCaller() {
    assertThatThrownBy(() -> Json.read(directory.resolve("none")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void namesTheOriginOfATextThatIsNotJson() {
    assertThatThrownBy(() -> Json.parse("{\"a\": }", "rows.jsonl:7"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("rows.jsonl:7: not valid JSON: Unexpected character ('}'");
  }

  @Test
  void readsTheNumbersThatPythonWrites() {
    assertThat(Json.parse("[NaN, -Infinity]", "test").get(1).doubleValue())
        .isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void readsNumbersInTheWordsForThoseThatJsonCannotHold() {
    JsonNode values = Json.parse("[1.5, NaN, \"NaN\", \"Infinity\", \"-Infinity\"]", "numbers");
    assertThat(values)
        .extracting(value -> Json.number(value).orElseThrow())
        .containsExactly(
            1.5, Double.NaN, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    assertThat(Json.parse("[\"1.5\", \"\", \"nan\", true, null, [], {}]", "no numbers"))
        .allSatisfy(value -> assertThat(Json.number(value)).isEmpty());
    assertThat(Json.number(values.path("absent"))).isEmpty();
  }

  @Test
  void readsAStringOfAnyLength() {
    int length = 21_000_000;
    assertThat(Json.parse("\"" + "x".repeat(length) + "\"", "test").asText()).hasSize(length);
  }

  @Test
  void writesOneLineOrManyIndentedOnes() {
    assertThat(Json.line(Map.of("a", List.of(1, 2)))).isEqualTo("{\"a\":[1,2]}");
    assertThat(Json.pretty(Map.of("a", 1))).isEqualTo("{\n  \"a\" : 1\n}\n");
  }

  @Test
  void readsFilesAsUtf8WhateverTheirFirstBytesLookLike(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("config.json");
    Files.write(file, new byte[] {'{', 0, 0, 0, '"', 0, 0, 0});
    assertThatThrownBy(() -> Json.read(file))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + ":1: not valid JSON: ");
    Files.write(file, new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf, '1'});
    assertThat(Json.read(file).asInt()).isEqualTo(1);
    Files.write(file, new byte[] {'"', (byte) 0xff, '"'});
    assertThatThrownBy(() -> Json.read(file))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": not valid UTF-8");
    assertThatThrownBy(() -> Json.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessage(directory + ": expected a file of JSON, found a directory");
  }
}
