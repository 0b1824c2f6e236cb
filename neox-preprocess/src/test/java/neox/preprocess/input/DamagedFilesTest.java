package neox.preprocess.input;

import static neox.preprocess.Packed.gzip;
import static neox.preprocess.Packed.members;
import static neox.preprocess.Packed.tar;
import static neox.preprocess.Packed.utf8;
import static neox.preprocess.Packed.xz;
import static neox.preprocess.Packed.zip;
import static neox.preprocess.Packed.zstd;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import neox.base.AtomicDirectory;
import neox.preprocess.Mutations;
import neox.preprocess.Run;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever is wrong with a file: it is read as far as that goes, or refused in a line that names
/// it.
class DamagedFilesTest {
  /// More than a few only by hand: `-Dneox.mutations=10000`.
  private static final int ROUNDS = Integer.getInteger("neox.mutations", 10);

  private static final Path PARQUET = Run.GOLDEN.resolve("parquet");

  @TempDir Path directory;

  static Stream<String> names() throws IOException {
    return files().keySet().stream();
  }

  private static Map<String, byte[]> files() throws IOException {
    String texts =
        "{\"text\": \"one é\"}\n\"two\"\n{\"n\": [1, {\"a\": null}], \"text\": [\"a\", \"b\"]}\n";
    byte[] json = utf8(texts.repeat(4));
    byte[] tar = tar(members("1.txt", "one", "2.txt", "two é\n", "3.txt", "x".repeat(600)));
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a.jsonl", json);
    files.put("a.txt", json);
    files.put("a.jsonl.zst", joined(zstd(json), zstd(json)));
    files.put("a.jsonl.gz", joined(gzip(json), gzip(json)));
    files.put("a.gz", gzip(json));
    files.put(
        "a.jsonl.zst.tar", tar(members("1.jsonl.zst", zstd(json), "2.jsonl.zst", zstd(json))));
    files.put("a.json.zst", zstd(utf8("[" + texts.strip().replace('\n', ',') + "]")));
    files.put("a.dat.zst", zstd(utf8("0000000000000003one0000000000000003two")));
    files.put("a.tar.gz", gzip(tar));
    files.put("a.tar.xz", xz(tar));
    files.put("openwebtext.tar.xz", xz(tar(members("1.tar", tar, "2.xz", xz(tar)))));
    files.put("a.zip", zip(members("1.txt", "one", "2.txt", "two".repeat(50))));
    for (String name :
        List.of("pyarrow_none_v1", "pyarrow_zstd_v2", "pyarrow_delta_byte_array", "polars")) {
      files.put(name + ".parquet", Files.readAllBytes(PARQUET.resolve(name + ".parquet")));
    }
    return files;
  }

  private static byte[] joined(byte[] a, byte[] b) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(a);
    out.writeBytes(b);
    return out.toByteArray();
  }

  @ParameterizedTest
  @MethodSource("names")
  void areReadOrRefusedInALineThatNamesThem(String name) throws Exception {
    byte[] sound = Objects.requireNonNull(files().get(name));
    Mutations mutations = new Mutations(name.hashCode());
    Path file = directory.resolve(name);
    for (int round = 0; round < ROUNDS; round++) {
      Files.write(file, mutations.of(sound));
      Path out = Files.createDirectory(directory.resolve("out"));
      String onError = round % 2 == 0 ? "stop" : "skip";
      Run run = Run.bytes(out, file.toString(), "--workers=1", "--on-error=" + onError);
      String what = name + ", round " + round + ": " + run.err();
      assertThat(run.exitCode()).as(what).isIn(0, 2);
      assertThat(run.out()).as(what).isEmpty();
      assertThat(run.err()).as(what).doesNotContain("\tat ", "Exception").isNotBlank();
      assertThat(run.err().codePoints()).as(what).allMatch(DamagedFilesTest::isPrintable);
      List<String> lines = run.err().lines().filter(line -> !line.startsWith("next: ")).toList();
      assertThat(lines).as(what).allMatch(line -> line.length() < 2000);
      if (onError.equals("stop")) {
        assertThat(lines).as(what).hasSize(1);
      }
      assertThat(lines.subList(0, lines.size() - 1))
          .as(what)
          .allMatch(line -> line.startsWith("warning: " + file));
      assertThat(lines.getLast())
          .as(what)
          .startsWith(run.exitCode() == 0 ? "wrote " + out : "neox-preprocess: ")
          .contains(directory.toString());
      assertThat(Run.files(out)).as(what).isSubsetOf(expected(run));
      AtomicDirectory.deleteTree(out);
    }
  }

  private static List<String> expected(Run run) {
    return run.exitCode() == 0
        ? List.of("out_text_document.bin", "out_text_document.idx", "out_skipped.jsonl")
        : List.of();
  }

  private static boolean isPrintable(int c) {
    return c == '\n' || !(Character.isISOControl(c) || Character.getType(c) == Character.FORMAT);
  }
}
