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
      index.verify();
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
      index.verify();
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
  void verifyFindsDocumentEntriesOutOfOrder() throws Exception {
    Path prefix = Datasets.write(directory.resolve("d"), new int[][] {{1}, {2}});
    Path idx = directory.resolve("d.idx");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(idx)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(IndexFormat.HEADER_BYTES + 24 + 8, 3);
    Files.write(idx, bytes.array());
    try (TokenIndex index = TokenIndex.open(prefix)) {
      assertThatThrownBy(index::verify)
          .isInstanceOf(UserException.class)
          .hasMessage(idx + ": document entry 1 is 3, expected 0 to 2: the index is damaged");
    }
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
