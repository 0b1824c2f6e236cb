package neox.data.indexed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.base.UserException;
import neox.data.Datasets;
import neox.data.Golden;
import neox.data.indexed.IndexedTokensMerger.Widths;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexedTokensMergerTest {
  @TempDir Path directory;
  private final List<String> notes = new ArrayList<>();

  @Test
  void equalsADatasetWrittenInOneGo() throws Exception {
    int[][] documents = {{1, 2, 3}, {}, {4}, {}, {}, {5, 65000}, {6}};
    Path whole = Datasets.write(directory.resolve("whole"), documents);
    List<Path> parts = new ArrayList<>();
    int[] cuts = {0, 2, 2, 5, 7}; // the second part is empty
    for (int p = 0; p + 1 < cuts.length; p++) {
      parts.add(part("part" + p, Arrays.copyOfRange(documents, cuts[p], cuts[p + 1])));
    }
    Path merged = merge(Widths.EQUAL, parts.toArray(Path[]::new));
    assertSame(merged, whole);
    assertThat(notes).isEmpty();
  }

  @Test
  void rejoinsAGoldenDatasetCutByItems() throws Exception {
    List<Path> parts = new ArrayList<>();
    try (IndexedTokens golden = IndexedTokens.open(Golden.CORPUS1)) {
      for (int p = 0; p < 3; p++) {
        Path part = directory.resolve("golden" + p);
        try (IndexedTokensWriter writer = IndexedTokensWriter.create(part, golden.width())) {
          long end = golden.count() * (p + 1) / 3;
          for (long item = golden.count() * p / 3; item < end; item++) {
            int[] tokens = golden.item(item);
            writer.addDocument(tokens, 0, tokens.length);
          }
          writer.commit();
        }
        parts.add(part);
      }
    }
    assertSame(merge(Widths.EQUAL, parts.toArray(Path[]::new)), Golden.CORPUS1);
  }

  @Test
  void tellsHowMuchItReads() throws Exception {
    Path a = part("a", new int[][] {{1, 2}});
    Path b = part("b", new int[][] {{3}});
    List<Long> steps = new ArrayList<>();
    try (IndexedTokensMerger merger =
        IndexedTokensMerger.open(List.of(a, b), Widths.EQUAL, notes::add)) {
      merger.write(directory.resolve("m"), steps::add);
      assertThat(merger.inputBytes()).isEqualTo(6);
      assertThat(merger.documents()).isEqualTo(2);
      assertThat(merger.tokens()).isEqualTo(3);
      assertThat(merger.width()).isEqualTo(TokenWidth.UINT16);
    }
    assertThat(steps).containsExactly(4L, 6L);
  }

  @Test
  void joinsRawPiecesOfABinFile() throws Exception {
    Path whole = part("p", new int[][] {{1, 2, 3}, {4, 5}});
    byte[] bin = Files.readAllBytes(directory.resolve("p.bin"));
    byte[] idx = Files.readAllBytes(directory.resolve("p.idx"));
    Files.delete(directory.resolve("p.bin"));
    int[] cuts = {0, 3, 7, 10}; // inside tokens
    for (int p = 0; p < 3; p++) {
      Path piece = directory.resolve("p-0000%d-of-00002.bin".formatted(p));
      Files.write(piece, Arrays.copyOfRange(bin, cuts[p], cuts[p + 1]));
    }
    merge(Widths.EQUAL, whole);
    assertThat(directory.resolve("merged.bin")).hasBinaryContent(bin);
    assertThat(directory.resolve("merged.idx")).hasBinaryContent(idx);
    try (IndexedTokens read = IndexedTokens.open(merge(Widths.WIDEN, whole, int32("w", 70000)))) {
      assertThat(read.item(0)).containsExactly(1, 2, 3);
      assertThat(read.item(1)).containsExactly(4, 5);
      assertThat(read.item(2)).containsExactly(70000);
    }
    Path middle = directory.resolve("p-00001-of-00002.bin");
    Files.delete(middle);
    assertRefused(middle + ": no such file, but other pieces of the same set are there", whole);
    Files.write(middle, new byte[5]);
    assertRefused(
        whole
            + "-*-of-*.bin: 11 bytes, but "
            + whole
            + ".idx describes 10: the files do not belong together or one is cut short",
        whole);
    Files.write(directory.resolve("p-00000-of-00007.bin"), new byte[5]);
    assertRefused(
        whole
            + ": pieces of two sets lie beside each other (-of-00002 and -of-00007); keep one of"
            + " them",
        whole);
  }

  @Test
  void widensOnlyWhenTold() throws Exception {
    Path narrow = part("narrow", new int[][] {{1, 65535}});
    Path wide = int32("wide", 70000);
    assertRefused(
        narrow
            + ".idx holds UINT16 and "
            + wide
            + ".idx holds INT32; preprocess them with one vocabulary, or give --widen to write"
            + " int32",
        narrow,
        wide);
    try (IndexedTokens merged = IndexedTokens.open(merge(Widths.WIDEN, wide, narrow))) {
      assertThat(merged.width()).isEqualTo(TokenWidth.INT32);
      assertThat(merged.item(0)).containsExactly(70000);
      assertThat(merged.item(1)).containsExactly(1, 65535);
    }
    Path huge = directory.resolve("huge");
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(huge, TokenWidth.INT64)) {
      writer.addDocument(new int[] {1}, 0, 1);
      writer.commit();
    }
    assertThatThrownBy(() -> merge(Widths.WIDEN, narrow, huge))
        .hasMessage(huge + ".idx holds INT64, which does not fit into int32");
  }

  @Test
  void mendsTheDocumentIndexThatNeoxLeavesEmpty() throws Exception {
    Path a = part("a", new int[][] {{1}, {2}});
    Path idx = directory.resolve("a.idx");
    byte[] bytes = Files.readAllBytes(idx);
    ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, bytes.length - 16));
    cut.order(ByteOrder.LITTLE_ENDIAN).putLong(IndexFormat.DOCUMENTS_AT, 1);
    Files.write(idx, cut.array());
    merge(Widths.EQUAL, a);
    assertThat(directory.resolve("merged.idx")).hasBinaryContent(bytes);
    assertThat(notes)
        .containsExactly(
            idx
                + ": names no documents (GPT-NeoX's merge leaves them out): each of its items"
                + " becomes one");
    ByteBuffer wrong = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    wrong.putLong(bytes.length - 8, 1);
    Files.write(idx, wrong.array());
    assertRefused(idx + ": the document index ends at item 1 of 2: damaged", a);
  }

  @Test
  void refusesDamagedInputBeforeAnythingIsWritten() throws Exception {
    Path a = part("a", new int[][] {{1, 2}});
    Path b = part("b", new int[][] {{1, 2}, {3}});
    Files.write(directory.resolve("b.bin"), new byte[5]);
    assertRefused(
        b
            + ".bin: 5 bytes, but "
            + b
            + ".idx describes 6: the files do not belong together or one is cut short",
        a,
        b);
    Files.delete(directory.resolve("b.bin"));
    assertRefused(
        b
            + ".bin: no such file; a dataset is a prefix with .bin and .idx beside each other (see"
            + " neox-preprocess)",
        a,
        b);
    Path old = TokenIndexTest.cached(directory.resolve("old"), 1);
    assertRefused(
        old
            + ".idx: written with --dataset-impl cached or lazy (TNTIDX format), which cannot be"
            + " merged; preprocess the corpus again with --dataset-impl mmap",
        old);
    assertThat(Golden.fileNames(directory)).noneMatch(name -> name.contains("merged"));
  }

  @Test
  void refusesToReplaceAnInput() throws Exception {
    Path a = part("a", new int[][] {{1, 2}});
    byte[] before = Files.readAllBytes(directory.resolve("a.bin"));
    try (IndexedTokensMerger merger =
        IndexedTokensMerger.open(List.of(a, a), Widths.EQUAL, notes::add)) {
      assertThatThrownBy(() -> merger.write(a, done -> {}))
          .isInstanceOf(UserException.class)
          .hasMessage(
              a + " is an input of this merge and its output, too; give another --output-prefix");
    }
    assertThat(directory.resolve("a.bin")).hasBinaryContent(before);
  }

  private Path part(String name, int[][] documents) throws Exception {
    return Datasets.write(directory.resolve(name), documents);
  }

  private Path int32(String name, int token) throws Exception {
    Path prefix = directory.resolve(name);
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, TokenWidth.INT32)) {
      writer.addDocument(new int[] {token}, 0, 1);
      writer.commit();
    }
    return prefix;
  }

  private Path merge(Widths widths, Path... prefixes) throws Exception {
    Path output = directory.resolve("merged");
    try (IndexedTokensMerger merger =
        IndexedTokensMerger.open(List.of(prefixes), widths, notes::add)) {
      merger.write(output, done -> {});
    }
    return output;
  }

  private void assertRefused(String message, Path... prefixes) {
    assertThatThrownBy(() -> merge(Widths.EQUAL, prefixes))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  private static void assertSame(Path actual, Path expected) throws Exception {
    for (String ending : List.of(".bin", ".idx")) {
      assertThat(Files.mismatch(Path.of(actual + ending), Path.of(expected + ending)))
          .isEqualTo(-1);
    }
  }
}
