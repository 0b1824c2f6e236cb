package neox.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import neox.base.UserException;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrowRowsTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "arrow/stream.arrow, evalrows/rows.jsonl",
    "arrow/file.arrow, evalrows/rows.jsonl",
    "arrow/kinds.arrow, arrow/kinds.jsonl"
  })
  void readsEveryKindOfColumnAsPyarrowDoes(String file, String expected) throws IOException {
    assertThat(lines(ArrowRows.read(Golden.path(file))))
        .isEqualTo(
            Files.readAllLines(Golden.path(expected)).stream()
                .map(line -> Json.line(Json.parse(line, expected)))
                .toList());
  }

  private static List<String> lines(List<Row> rows) {
    return rows.stream().map(row -> Json.line(row.fields())).toList();
  }

  @Test
  void namesTheRowOfItsFile() throws IOException {
    Path file = Golden.path("arrow/stream.arrow");
    assertThat(ArrowRows.read(file).get(4).where()).isEqualTo(file + ", row 5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "compressed | its columns are compressed, which is not read; write it as Parquet",
        "bytes | the column 'image' has the type Binary, which is not read; write it as Parquet",
        "dictionary | holds columns with dictionaries, which are not read; write it as Parquet"
      })
  void refusesByNameWhatItDoesNotRead(String name, String message) {
    Path file = Golden.path("arrow/" + name + ".arrow");
    assertThatThrownBy(() -> ArrowRows.read(file))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": " + message);
  }

  @Test
  void readsOrRefusesAnyDamage() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.path("arrow/kinds.arrow"));
    Path damaged = directory.resolve("damaged.arrow");
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 600; i++) {
      byte[] bytes = whole.clone();
      for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
        bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
      }
      int length = random.nextInt(5) == 0 ? random.nextInt(bytes.length) : bytes.length;
      Files.write(damaged, Arrays.copyOf(bytes, length));
      try {
        ArrowRows.read(damaged).forEach(row -> Json.line(row.fields()));
      } catch (UserException e) {
        assertThat(e).hasMessageStartingWith(damaged + ": ").hasMessageNotContaining("\n");
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }
}
