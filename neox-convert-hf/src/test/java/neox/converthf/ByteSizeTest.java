package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ByteSizeTest {
  @Test
  void readsDecimalAndBinaryUnits() {
    assertThat(ByteSize.parse("x", "5GB")).isEqualTo(5_000_000_000L);
    assertThat(ByteSize.parse("x", "2 MiB")).isEqualTo(2L << 20);
    assertThat(ByteSize.parse("x", "12")).isEqualTo(12);
    assertThat(ByteSize.parse("x", "3k")).isEqualTo(3000);
    assertThat(ByteSize.parse("x", "999999999999TB")).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void refusesWhatIsNoSize() {
    for (String text : List.of("", "GB", "-1GB", "5XB", "5IB")) {
      assertThatThrownBy(() -> ByteSize.parse("--max-shard-size", text))
          .hasMessage("--max-shard-size " + text + ": expected a size such as 5GB or 500MiB");
    }
    assertThatThrownBy(() -> ByteSize.parse("--max-shard-size", "0GB"))
        .hasMessage("--max-shard-size 0GB: expected more than nothing");
  }
}
