package neox.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorDigestTest {
  private static String hash(byte[] bytes) {
    return HexFormat.of().toHexDigits(XxHash64.of(MemorySegment.ofArray(bytes)));
  }

  private static String digest(byte[] bytes) {
    return TensorDigest.of(
        new TensorView(DType.UINT8, Shape.of(bytes.length), MemorySegment.ofArray(bytes)));
  }

  /// As Python's xxhash says.
  @ParameterizedTest
  @CsvSource({
    "'', ef46db3751d8e999",
    "a, d24ec4f1a98c6e5b",
    "abc, 44bc2cf5ad770999",
    "xxhash, 32dd38952c4bc720",
    "Nobody inspects the spammish repetition, fbcea83c8a378bf1"
  })
  void piecesAreXxh64(String text, String expected) {
    assertThat(hash(text.getBytes(StandardCharsets.US_ASCII))).isEqualTo(expected);
  }

  @Test
  void isTheHashOfThePiecesHashes() {
    byte[] bytes = new byte[2 * TensorDigest.PIECE + 77];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31 + i / 1000);
    }
    ByteBuffer hashes = ByteBuffer.allocate(3 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < bytes.length; at += TensorDigest.PIECE) {
      MemorySegment whole = MemorySegment.ofArray(bytes);
      long length = Math.min(TensorDigest.PIECE, bytes.length - at);
      hashes.putLong(XxHash64.of(whole.asSlice(at, length)));
    }
    assertThat(digest(bytes)).isEqualTo(hash(hashes.array())).hasSize(16);
    bytes[TensorDigest.PIECE + 5] ^= 1;
    assertThat(digest(bytes)).isNotEqualTo(hash(hashes.array()));
  }

  @Test
  void ofAnEmptyTensorIsThatOfNoPieces() {
    assertThat(digest(new byte[0])).isEqualTo("ef46db3751d8e999");
  }
}
