package neox.data.indexed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.UserException;
import neox.data.Datasets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenIndexTest {
  @TempDir Path directory;

  @Test
  void readsTheIndexAlone() throws Exception {
    Path prefix = Datasets.write(directory.resolve("d"), new int[][] {{1, 2, 3}, {}, {4}});
    Files.delete(directory.resolve("d.bin"));
    try (TokenIndex index = TokenIndex.open(prefix)) {
      assertThat(index.layout()).isEqualTo(TokenIndex.Layout.MMAP);
      assertThat(index.width()).isEqualTo(TokenWidth.UINT16);
      assertThat(index.items()).isEqualTo(2);
      assertThat(index.size(1)).isEqualTo(1);
      assertThat(index.documentEntries()).isEqualTo(4);
      assertThat(index.tokens()).isEqualTo(4);
      assertThat(index.binBytes()).isEqualTo(8);
    }
  }

  @Test
  void readsTheOlderLayout() throws Exception {
    Path prefix = cached(directory.resolve("d"), 3, 5);
    try (TokenIndex index = TokenIndex.open(prefix)) {
      assertThat(index.layout()).isEqualTo(TokenIndex.Layout.CACHED);
      assertThat(index.width()).isEqualTo(TokenWidth.INT32);
      assertThat(index.items()).isEqualTo(2);
      assertThat(index.size(0)).isEqualTo(3);
      assertThat(index.size(1)).isEqualTo(5);
      assertThat(index.pointer(1)).isEqualTo(12);
      assertThat(index.documentEntries()).isEqualTo(3);
      assertThat(index.tokens()).isEqualTo(8);
      assertThatThrownBy(() -> index.rawSizes(new ItemRange(0, 1)))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void refusesAnOlderIndexThatIsCutShort() throws Exception {
    Path prefix = cached(directory.resolve("d"), 3, 5);
    Path idx = directory.resolve("d.idx");
    byte[] whole = Files.readAllBytes(idx);
    Files.write(idx, java.util.Arrays.copyOf(whole, 50));
    assertRefused(prefix, idx + ": cut short: 50 bytes, the header alone has 56");
    Files.write(idx, java.util.Arrays.copyOf(whole, whole.length - 8));
    assertRefused(
        prefix,
        idx
            + ": 136 bytes do not fit its header (2 items, 3 document entries): damaged or cut"
            + " short");
  }

  @Test
  void refusesDocumentEntriesOutOfOrder() throws Exception {
    Path prefix = Datasets.write(directory.resolve("d"), new int[][] {{1}, {2}});
    Path idx = directory.resolve("d.idx");
    int entries = IndexFormat.HEADER_BYTES + 24;
    patch(idx, entries + 8, 3);
    assertRefused(prefix, idx + ": document entry 1 is 3, expected 0 to 2: the index is damaged");
    patch(idx, entries + 8, 2);
    patch(idx, entries + 16, 1);
    assertRefused(prefix, idx + ": document entry 2 is 1, expected 2 to 2: the index is damaged");
    patch(idx, entries, 1);
    assertRefused(prefix, idx + ": document entry 0 is 1, expected 0 to 0: the index is damaged");
  }

  @Test
  void refusesCountsThatNoFileHolds() throws Exception {
    Path prefix = Datasets.write(directory.resolve("d"), new int[][] {{1}, {2}});
    Path idx = directory.resolve("d.idx");
    for (long count : new long[] {1L << 50, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      patch(idx, IndexFormat.ITEMS_AT, count);
      assertRefused(
          prefix,
          idx
              + ": 82 bytes do not fit its header ("
              + count
              + " items, 3 document entries): damaged or cut short");
    }
  }

  @Test
  void refusesHostileNumbersOfAnOlderIndex() throws Exception {
    Path prefix = cached(directory.resolve("d"), 3, 5);
    Path idx = directory.resolve("d.idx");
    int pointers = 56 + 8 * 3;
    patch(idx, pointers + 8, (1L << 62) + 3); // times four bytes it is the same
    assertRefused(
        prefix,
        idx + ": item 1 has size 5 at byte 12, expected it at byte 12: the index is damaged");
    patch(idx, pointers + 8, 3);
    patch(idx, pointers + 8 * 2, 9);
    assertRefused(
        prefix, idx + ": the items end at token 9, expected token 8: the index is damaged");
    patch(idx, pointers + 8 * 3, 1L << 40);
    assertRefused(prefix, idx + ": item 0 has size 1099511627776: the index is damaged");
  }

  private static void patch(Path file, int at, long value) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(at, value);
    Files.write(file, bytes.array());
  }

  /// An index as `--dataset-impl cached` writes it.
  static Path cached(Path prefix, int... sizes) throws IOException {
    int n = sizes.length;
    ByteBuffer index = ByteBuffer.allocate(56 + 8 * (4 * n + 3)).order(ByteOrder.LITTLE_ENDIAN);
    index.put("TNTIDX\0\0".getBytes(StandardCharsets.US_ASCII));
    index.putLong(1).putLong(4).putLong(4).putLong(n).putLong(n).putLong(n + 1);
    for (int i = 0; i <= n; i++) {
      index.putLong(i);
    }
    long offset = 0;
    index.putLong(0);
    for (int size : sizes) {
      offset += size;
      index.putLong(offset);
    }
    for (int size : sizes) {
      index.putLong(size);
    }
    for (int i = 0; i <= n; i++) {
      index.putLong(i);
    }
    Files.write(IndexFormat.idx(prefix), index.array());
    Files.write(IndexFormat.bin(prefix), new byte[(int) (4 * offset)]);
    return prefix;
  }

  private static void assertRefused(Path prefix, String message) {
    assertThatThrownBy(() -> TokenIndex.open(prefix))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }
}
