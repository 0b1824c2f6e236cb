package neox.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.stream.LongStream;
import neox.base.UserException;
import neox.python.MersenneTwister;
import org.junit.jupiter.api.Test;

class NumpyRandomTest {
  @Test
  void shufflesLikeNumpy() {
    try (Arena arena = Arena.ofConfined()) {
      for (IntegerArray.Element element :
          new IntegerArray.Element[] {
            IntegerArray.Element.INT32, IntegerArray.Element.UINT32, IntegerArray.Element.INT64
          }) {
        IntegerArray values = IntegerArray.allocate(element, 1000, arena);
        for (int i = 0; i < 1000; i++) {
          values.set(i, i);
        }
        new NumpyRandom(1234).shuffle(values);
        // numpy.random.RandomState(1234).shuffle(numpy.arange(1000))
        assertThat(LongStream.range(0, 10).map(values::get))
            .containsExactly(681L, 990L, 155L, 768L, 438L, 363L, 688L, 555L, 620L, 99L);
      }
    }
  }

  @Test
  void drawsTwoWordsHighFirstForWideIntervals() {
    MersenneTwister words = MersenneTwister.ofSeed(7);
    long expected = Integer.toUnsignedLong(words.nextInt()) << 32;
    expected |= Integer.toUnsignedLong(words.nextInt());
    long mask = (1L << 40) - 1;
    assertThat(new NumpyRandom(7).interval(mask)).isEqualTo(expected & mask);
  }

  @Test
  void refusesSeedsThatNumpyRefuses() {
    assertThatThrownBy(() -> new NumpyRandom(-1))
        .isInstanceOf(UserException.class)
        .hasMessage("seed must be between 0 and 4294967295, found -1");
    assertThatThrownBy(() -> new NumpyRandom(1L << 32)).isInstanceOf(UserException.class);
  }
}
