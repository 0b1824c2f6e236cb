package neox.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;

class JoinedCrcTest {
  @Test
  void partsHaveTheChecksumOfTheWhole() {
    byte[] bytes = Sources.random(5000, 1);
    for (int parts = 1; parts < 60; parts++) {
      JoinedCrc joined = new JoinedCrc();
      int each = Math.ceilDiv(bytes.length, parts);
      for (int at = 0; at < bytes.length; at += each) {
        int length = Math.min(each, bytes.length - at);
        joined.append(crc(bytes, at, length), length);
      }
      assertThat(joined.value()).isEqualTo(crc(bytes, 0, bytes.length));
    }
  }

  @Test
  void nothingHasTheChecksumZero() {
    JoinedCrc joined = new JoinedCrc();
    joined.append(0, 0);
    assertThat(joined.value()).isZero();
  }

  private static long crc(byte[] bytes, int from, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, length);
    return crc.getValue();
  }
}
