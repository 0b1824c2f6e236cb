package neox.preprocess.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.preprocess.Run;
import neox.preprocess.parquet.ParquetException;
import neox.preprocess.parquet.ParquetFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ParquetTest {
  private static final Path GOLDEN = Run.GOLDEN.resolve("parquet");
  private static final Path OTHER = GOLDEN.resolve("other");

  @TempDir Path directory;

  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN)) {
      return files.filter(file -> file.toString().endsWith(".parquet")).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void readsTheSameRowsAsFromJson(Path file) throws Exception {
    String[] keys = {"--jsonl-keys", "text", "title", "list"};
    Path expected = Files.createDirectory(directory.resolve("expected"));
    assertThat(Run.bytes(expected, GOLDEN.resolve("rows.jsonl").toString(), keys).exitCode())
        .isZero();
    Run run = Run.bytes(directory, file.toString(), keys);
    assertThat(run.exitCode()).as(run.err()).isZero();
    for (String key : List.of("text", "title", "list")) {
      assertThat(Run.documents(directory, key)).hasSize(24).isEqualTo(Run.documents(expected, key));
    }
  }

  @Test
  void readsAFileWithoutListsAndTheFilesOfADirectory() throws Exception {
    Path corpus = Files.createDirectory(directory.resolve("corpus"));
    Files.copy(OTHER.resolve("fastparquet.parquet"), corpus.resolve("b.parquet"));
    Files.copy(GOLDEN.resolve("rows.jsonl"), corpus.resolve("a.jsonl"));
    assertThat(Run.bytes(directory, corpus.toString()).exitCode()).isZero();
    List<String> documents = Run.documents(directory, "text");
    assertThat(documents).hasSize(48);
    assertThat(documents.subList(24, 48)).isEqualTo(documents.subList(0, 24));
  }

  @Test
  void treatsNullsAsJsonDoes() throws Exception {
    String file = OTHER.resolve("nulls.parquet").toString();
    assertThat(Run.bytes(directory, file).err())
        .isEqualTo(
            "neox-preprocess: "
                + file
                + ": row 2: key \"text\" holds null, expected a string or a list of strings\n");
    Run skipping = Run.bytes(directory, file, "--on-error=skip");
    assertThat(skipping.exitCode()).as(skipping.err()).isZero();
    assertThat(Run.documents(directory, "text")).containsExactly("one", "three");
    Path lists = Files.createDirectory(directory.resolve("lists"));
    assertThat(Run.bytes(lists, file, "--jsonl-keys", "list").err())
        .contains(": row 3: key \"list\" holds null, expected a string or a list of strings");
    Run.bytes(lists, file, "--jsonl-keys", "list", "--on-error=skip");
    assertThat(Run.documents(lists, "list")).containsExactly("a\n\nb"); // an empty list is no text
    assertThat(Run.bytes(lists, file, "--jsonl-keys", "holed").err())
        .contains(": row 2: key \"holed\" holds a list with null in it, expected strings only");
  }

  @Test
  void namesTheColumnsWhenOneIsMissingOrNoText() throws Exception {
    String file = GOLDEN.resolve("pyarrow_none_v1.parquet").toString();
    String columns =
        "its columns are n (int64), text (string), meta (nested), title (string), list (list of"
            + " string) (choose with --jsonl-keys)";
    assertRefused(file, "nowhere", file + ": no column \"nowhere\"; " + columns);
    assertRefused(
        file,
        "n",
        file + ": column \"n\" is int64, expected strings or lists of strings; " + columns);
    assertRefused(
        file,
        "meta",
        file + ": column \"meta\" is nested, expected strings or lists of strings; " + columns);
  }

  @Test
  void readsBrotli() throws Exception {
    String file = OTHER.resolve("brotli.parquet").toString();
    assertThat(Run.bytes(directory, file).exitCode()).isZero();
    Path expected = Files.createDirectory(directory.resolve("expected"));
    Run.bytes(expected, GOLDEN.resolve("rows.jsonl").toString());
    assertThat(Run.documents(directory, "text")).isEqualTo(Run.documents(expected, "text"));
  }

  @Test
  void namesACodecThatIsNotRead() throws Exception {
    byte[] sound = Files.readAllBytes(OTHER.resolve("long.parquet"));
    byte[] codec = {0x15, 8, 0x16}; // the field of type i32 that says 4, and the next one's head
    int at = indexOfLast(sound, codec);
    String[] names = {"LZO", "LZ4", "number 8", "number -3"};
    int[] numbers = {3, 5, 8, -3};
    for (int i = 0; i < names.length; i++) {
      byte[] other = sound.clone();
      other[at + 1] = (byte) ((numbers[i] << 1) ^ (numbers[i] >> 31));
      Path file = Files.write(directory.resolve("a.parquet"), other);
      assertRefused(
          file.toString(),
          "text",
          file
              + ": compressed with codec "
              + names[i]
              + ", which is not read; write it with zstd or snappy");
    }
  }

  private static int indexOfLast(byte[] bytes, byte[] part) {
    for (int i = bytes.length - part.length; i >= 0; i--) {
      if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    return -1;
  }

  @Test
  void leavesOutACellThatIsTooLong() throws Exception {
    assertThat(cells("long", 600_000))
        .containsExactly("one", "too long", LONGEST, "two", "too long");
    assertThat(cells("pages", 600_000))
        .containsExactly("one", "too long", LONGEST, "two", "too long");
    // Pages that are too large to be read at all.
    assertThat(cells("pages", 270_000))
        .containsExactly("one", "too long", "too long", "two", "too long");
  }

  private static final String LONGEST = "y".repeat(599_000);

  private static List<String> cells(String name, int limit) throws IOException {
    List<String> read = new ArrayList<>();
    String file = OTHER.resolve(name + ".parquet").toString();
    List<InputFile> files = InputFile.resolve(List.of(file));
    try (ChunkReader reader = ChunkReader.limited(files, List.of("text"), new RowLimit(limit))) {
      for (var chunk = reader.next(); chunk.isPresent(); chunk = reader.next()) {
        if (chunk.get() instanceof Chunk.Documents documents) {
          documents.documents().forEach(document -> read.add(shortened(document)));
        } else {
          read.add(chunk.get().toString());
        }
      }
    }
    return read;
  }

  private static String shortened(Document document) {
    return switch (document) {
      case Document.Json json -> {
        String row = new String(json.row(), StandardCharsets.UTF_8);
        yield row.substring("{'text':'".length(), row.length() - "'}".length());
      }
      case Document.Bad bad ->
          bad.problem().matches("a row of 0\\.\\d MB or more needs .*")
              ? "too long"
              : bad.problem();
      case Document.Text text -> throw new IllegalStateException();
    };
  }

  @Test
  void saysWhatCannotBeRead() throws Exception {
    byte[] whole = Files.readAllBytes(GOLDEN.resolve("pyarrow_zstd_v1.parquet"));
    Path file = directory.resolve("a.parquet");
    Files.write(file, Arrays.copyOf(whole, whole.length - 1));
    String head = file + ": damaged, or not what its name says: ";
    assertRefused(
        file.toString(),
        "text",
        head + "not a Parquet file, or cut short: it does not end in PAR1");
    Files.write(file, new byte[3]);
    assertRefused(file.toString(), "text", head + "not a Parquet file, or cut short");
    byte[] encrypted = whole.clone();
    encrypted[whole.length - 1] = 'E';
    Files.write(file, encrypted);
    assertRefused(
        file.toString(), "text", file + ": encrypted Parquet files are not read; decrypt it first");
    byte[] tailless = whole.clone();
    tailless[whole.length - 5] = 0x7f;
    Files.write(file, tailless);
    assertThat(Run.bytes(directory, file.toString()).err())
        .contains(head + "damaged: a footer of ");
    byte[] flipped = whole.clone();
    flipped[whole.length / 4] ^= 1;
    Files.write(file, flipped);
    assertThat(Run.bytes(directory, file.toString(), "--jsonl-keys", "text", "list").err())
        .contains(": damaged or cut short after document ")
        .contains("a damaged page: its checksum does not match");
    assertThat(Run.files(directory)).doesNotContain("out_text_document.bin");
  }

  @Test
  void survivesAnyDamage() throws Exception {
    Random dice = new Random(3);
    Path file = directory.resolve("a.parquet");
    List<Path> files = new ArrayList<>(files());
    int refused = 0;
    for (int i = 0; i < 600; i++) {
      byte[] bytes = Files.readAllBytes(files.get(i % files.size()));
      int near = dice.nextBoolean() ? bytes.length : Math.min(bytes.length, 1500);
      for (int n = 0; n <= i % 3; n++) {
        bytes[bytes.length - 1 - dice.nextInt(near)] = (byte) dice.nextInt();
      }
      Files.write(file, bytes);
      try (ParquetFile parquet = ParquetFile.open(file, "a", List.of("text", "list"), 1 << 26)) {
        while (!parquet.next().isEmpty()) {
          assertThat(parquet.rowsRead()).isLessThan(100_000);
        }
      } catch (ParquetException | UserException e) {
        assertThat(e.getMessage()).isNotBlank();
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(120);
  }

  private void assertRefused(String file, String key, String message) throws Exception {
    Run run = Run.bytes(directory, file, "--jsonl-keys", key);
    assertThat(run.err()).isEqualTo("neox-preprocess: " + message + "\n");
    assertThat(run.exitCode()).isEqualTo(2);
  }
}
