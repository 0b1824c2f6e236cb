package neox.data.indexed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import neox.base.UserException;
import neox.data.Datasets;
import neox.data.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IndexedTokensTest {
  /// A dataset of int32 tokens.
  private static final Path INTS = Golden.ROOT.resolve("packing/lab_label_document");

  @TempDir Path directory;
  private Path prefix;
  private Path bin;
  private Path idx;

  @BeforeEach
  void place() {
    prefix = directory.resolve("d");
    bin = directory.resolve("d.bin");
    idx = directory.resolve("d.idx");
  }

  @Test
  void rewritesNeoxFilesByteForByte() throws Exception {
    try (IndexedTokens golden = IndexedTokens.open(Golden.CORPUS1);
        IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, golden.width())) {
      assertThat(golden.count()).isEqualTo(250);
      assertThat(golden.tokens()).isEqualTo(231634);
      for (long item = 0; item < golden.count(); item++) {
        int[] tokens = golden.item(item);
        writer.addDocument(tokens, 0, tokens.length);
      }
      writer.commit();
    }
    assertThat(Files.mismatch(bin, Path.of(Golden.CORPUS1 + ".bin"))).isEqualTo(-1);
    assertThat(Files.mismatch(idx, Path.of(Golden.CORPUS1 + ".idx"))).isEqualTo(-1);
  }

  @Test
  void readsEveryIntegerWidth() throws Exception {
    int[] document = {0, 1, 100, 127};
    for (TokenWidth width : TokenWidth.values()) {
      if (width.holdsIntegers()) {
        try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, width)) {
          writer.addDocument(document, 0, 4);
          writer.addDocument(document, 2, 4);
          writer.commit();
        }
        try (IndexedTokens tokens = IndexedTokens.open(prefix)) {
          assertThat(tokens.width()).isEqualTo(width);
          assertThat(tokens.item(0)).containsExactly(document);
          int[] out = new int[3];
          tokens.read(1, 1, 1, out, 2);
          assertThat(out).containsExactly(0, 0, 127);
        }
      }
    }
  }

  @Test
  void countsEmptyDocumentsButGivesThemNoItem() throws Exception {
    Datasets.write(prefix, new int[][] {{}, {5}, {}, {}, {6, 7}});
    try (IndexedTokens tokens = IndexedTokens.open(prefix)) {
      assertThat(tokens.count()).isEqualTo(2);
      long[] entries = new long[(int) tokens.documentEntries()];
      Arrays.setAll(entries, tokens::documentEntry);
      assertThat(entries).containsExactly(0, 0, 1, 1, 1, 2);
    }
  }

  @Test
  void readsADatasetWithoutDocuments() throws Exception {
    Datasets.write(prefix, new int[][] {});
    try (IndexedTokens tokens = IndexedTokens.open(prefix)) {
      assertThat(tokens.count()).isZero();
      assertThat(tokens.tokens()).isZero();
    }
  }

  @Test
  void leavesNothingBehindWithoutCommitAndKeepsTheOldDataset() throws Exception {
    Datasets.write(prefix, new int[][] {{1, 2}});
    byte[] before = Files.readAllBytes(bin);
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, TokenWidth.INT32)) {
      writer.addDocument(new int[] {9, 9, 9}, 0, 3);
    }
    assertThat(Files.readAllBytes(bin)).isEqualTo(before);
    assertThat(Golden.fileNames(directory)).containsExactly("d.bin", "d.idx");
  }

  @Test
  void refusesATokenThatDoesNotFit() throws Exception {
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, TokenWidth.UINT16)) {
      assertThatThrownBy(() -> writer.addItem(new int[] {65536}, 0, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("token 65536 does not fit UINT16");
    }
  }

  @Test
  void choosesTheWidthThatNeoxChooses() {
    assertThat(TokenWidth.forVocabulary(65499)).isEqualTo(TokenWidth.UINT16);
    assertThat(TokenWidth.forVocabulary(65500)).isEqualTo(TokenWidth.INT32);
  }

  @Test
  void saysWhichFileIsMissing() throws Exception {
    assertRefused(
        idx
            + ": no such file; a dataset is a prefix with .bin and .idx beside each"
            + " other (see neox-preprocess)");
    Datasets.write(prefix, new int[][] {{1}});
    assertThatThrownBy(() -> IndexedTokens.open(bin))
        .hasMessage(bin + ".idx: no such file; give the prefix without '.bin'");
    Files.delete(bin);
    assertRefused(
        bin
            + ": no such file; a dataset is a prefix with .bin and .idx beside each"
            + " other (see neox-preprocess)");
  }

  @Test
  void namesTheLegacyFormat() throws Exception {
    ByteBuffer legacy = ByteBuffer.allocate(72).order(ByteOrder.LITTLE_ENDIAN);
    legacy.put("TNTIDX\0\0".getBytes(StandardCharsets.US_ASCII));
    for (long field : new long[] {1, 4, 4, 0, 0, 0}) {
      legacy.putLong(field);
    }
    Files.write(idx, legacy.array());
    Files.createFile(bin);
    assertRefused(
        idx
            + ": written with --dataset-impl cached or lazy (TNTIDX format), which is not"
            + " read; preprocess the corpus again with --dataset-impl mmap");
  }

  @Test
  void refusesOtherFiles() throws Exception {
    Files.writeString(idx, "hello");
    Files.createFile(bin);
    assertRefused(idx + ": not a dataset index (it does not begin with MMIDIDX)");
    Files.write(idx, IndexFormat.MAGIC);
    assertRefused(idx + ": cut short: 9 bytes, the header alone has 34");
  }

  @Test
  void refusesDamagedHeaders() throws Exception {
    patch(IndexFormat.VERSION_AT, 2);
    assertRefused(idx + ": index version 2, expected 1");
    patch(IndexFormat.WIDTH_AT, 9);
    assertRefused(idx + ": unknown token type code 9, expected 1 to 8");
    patch(IndexFormat.ITEMS_AT, 77);
    assertRefused(
        idx
            + ": 82 bytes do not fit its header (77 items, 3 document entries): damaged"
            + " or cut short");
  }

  @Test
  void refusesTokensThatDoNotBelongToTheIndex() throws Exception {
    Datasets.write(prefix, new int[][] {{1, 2, 3}, {4}});
    Files.write(bin, new byte[6]);
    assertRefused(
        bin
            + ": 6 bytes, but "
            + idx
            + " describes 8: the two files do not belong"
            + " together or one is cut short");
  }

  @Test
  void refusesSizesThatDoNotAddUp() throws Exception {
    patch(IndexFormat.HEADER_BYTES, 2);
    assertRefused(
        idx + ": item 1 has size 1 at byte 6, expected it at byte 4: the index is damaged");
    patch(IndexFormat.HEADER_BYTES + 3, 0x80);
    assertRefused(idx + ": item 0 has size -2147483645: the index is damaged");
  }

  @Test
  void refusesTheTypeOfOtherTokens() throws Exception {
    patch(IndexFormat.WIDTH_AT, 4);
    assertRefused(
        idx + ": item 1 has size 1 at byte 6, expected it at byte 12: the index is damaged");
    ByteBuffer floats = ByteBuffer.wrap(Files.readAllBytes(Path.of(INTS + ".idx")));
    floats.put(IndexFormat.WIDTH_AT, (byte) 6);
    Files.write(idx, floats.array());
    Files.write(bin, Files.readAllBytes(Path.of(INTS + ".bin")));
    assertRefused(idx + ": holds FLOAT32 values, not tokens");
  }

  @Test
  void refusesWideTokensThatAreNone() throws Exception {
    try (IndexedTokensWriter writer = IndexedTokensWriter.create(prefix, TokenWidth.INT64)) {
      writer.addDocument(new int[] {1, 2}, 0, 2);
      writer.commit();
    }
    byte[] bytes = Files.readAllBytes(bin);
    bytes[12] = 1;
    Files.write(bin, bytes);
    try (IndexedTokens tokens = IndexedTokens.open(prefix)) {
      assertThatThrownBy(() -> tokens.item(0))
          .isInstanceOf(UserException.class)
          .hasMessage(
              bin
                  + ": document 0 holds 4294967298, which is no token: the file is damaged, or its"
                  + " index names a wrong type");
    }
  }

  @Test
  void refusesWhatIsNoRegularFile() throws Exception {
    Datasets.write(prefix, new int[][] {{1}});
    Files.delete(bin);
    Files.createDirectory(bin);
    assertRefused(bin + ": not a regular file; datasets are mapped into memory");
  }

  /// A good dataset of two items with one byte of its index changed.
  private void patch(int at, int value) throws IOException {
    Datasets.write(prefix, new int[][] {{1, 2, 3}, {4}});
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(idx)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(at, (byte) value);
    Files.write(idx, bytes.array());
  }

  private void assertRefused(String message) {
    assertThatThrownBy(() -> IndexedTokens.open(prefix))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }
}
