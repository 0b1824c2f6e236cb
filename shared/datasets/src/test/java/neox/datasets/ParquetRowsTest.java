package neox.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import neox.base.UserException;
import neox.base.json.Json;
import neox.base.slow.SlowTests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParquetRowsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"snappy", "zstd", "gzip", "none", "dictionary-v2"})
  void readsEveryKindOfColumnAsPyarrowDoes(String name) throws IOException {
    List<JsonNode> expected =
        new String(resource("rows.jsonl"), StandardCharsets.UTF_8)
            .lines()
            .map(line -> Json.parse(line, "rows.jsonl"))
            .toList();
    // As text: a number that changed its kind would still be equal to itself as a value.
    assertThat(read(file(name)).stream().map(Json::line).toList())
        .isEqualTo(expected.stream().map(Json::line).toList());
  }

  @Test
  void refusesBytesAndWhatIsNoParquetInOneLine() throws IOException {
    Path bytes = file("bytes");
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(UserException.class)
        .hasMessage(bytes + ": the column 'image' holds raw bytes, which JSON cannot say");
    Path page = directory.resolve("page.parquet");
    Files.writeString(page, "<!DOCTYPE html><html>not found</html>");
    assertThatThrownBy(() -> read(page))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(page + ": damaged, or not a Parquet file: ")
        .hasMessageNotContaining("\n");
    assertThat(read(file("empty"))).isEmpty();
  }

  @Test
  void readsOrRefusesAnyDamage() throws IOException {
    byte[] whole = resource("zstd.parquet");
    Random random = new Random(3);
    Path damaged = directory.resolve("damaged.parquet");
    int refused = 0;
    for (int i = 0; i < SlowTests.rounds(40, 150); i++) {
      byte[] bytes = whole.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      int length = random.nextInt(5) == 0 ? random.nextInt(bytes.length) : bytes.length;
      Files.write(damaged, Arrays.copyOf(bytes, length));
      try {
        read(damaged);
      } catch (UserException e) {
        assertThat(e).hasMessageStartingWith(damaged + ": ");
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  /// hardwood asks for them again and again, in a thread that nothing stops.
  @Test
  void givesNoEmptyRanges() throws IOException {
    try (ParquetBytes bytes = new ParquetBytes(file("zstd"))) {
      bytes.open();
      assertThat(bytes.readRange(0, 4).remaining()).isEqualTo(4);
      assertThatThrownBy(() -> bytes.readRange(4, 0))
          .isInstanceOf(IOException.class)
          .hasMessage("it refers to no bytes where there must be some");
    }
  }

  private static List<JsonNode> read(Path file) throws IOException {
    List<JsonNode> rows = new ArrayList<>();
    ParquetRows.read(file, rows::add);
    return rows;
  }

  private Path file(String name) throws IOException {
    Path file = directory.resolve(name + ".parquet");
    Files.write(file, resource(name + ".parquet"));
    return file;
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = ParquetRowsTest.class.getResourceAsStream("/golden/evalrows/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }
}
