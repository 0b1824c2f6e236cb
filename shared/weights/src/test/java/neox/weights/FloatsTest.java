package neox.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

class FloatsTest {
  @Test
  void everyBfloat16SurvivesTheWayThroughFloat() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float value = Floats.fromBfloat16((short) bits);
      if (Float.isNaN(value)) {
        assertThat(Floats.fromBfloat16(Floats.toBfloat16(value))).isNaN();
      } else {
        assertThat(Floats.toBfloat16(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void roundsToTheNearestBfloat16AndTiesToEven() {
    assertThat(bfloat16(0x3f80_8000)).isEqualTo(0x3f80); // tie, even stays
    assertThat(bfloat16(0x3f81_8000)).isEqualTo(0x3f82); // tie, odd goes up
    assertThat(bfloat16(0x3f80_8001)).isEqualTo(0x3f81);
    assertThat(bfloat16(0x3f80_7fff)).isEqualTo(0x3f80);
    assertThat(bfloat16(0x7f7f_ffff)).isEqualTo(0x7f80); // overflows to infinity
    assertThat(bfloat16(0x7f80_0001)).isEqualTo(0x7fc0); // a NaN whose payload is cut stays NaN
    assertThat(bfloat16(0x8000_0000)).isEqualTo(0x8000);
  }

  @Test
  void convertsBetweenAllFloatingPointTypes() {
    TensorView source = floats(1.5f, -0.25f, 65504f, 0f);
    for (DType dtype : List.of(DType.FLOAT16, DType.FLOAT64, DType.FLOAT32)) {
      TensorView there = Floats.convert(source, dtype);
      assertThat(there.dtype()).isEqualTo(dtype);
      assertThat(Golden.values(there)).containsExactly(1.5, -0.25, 65504, 0);
    }
    assertThat(Golden.values(Floats.convert(source, DType.BFLOAT16)))
        .containsExactly(1.5, -0.25, 65536, 0);
    assertThat(Golden.values(Floats.convert(floats(65520f, 0x1p-24f, 0x1p-26f), DType.FLOAT16)))
        .containsExactly(Double.POSITIVE_INFINITY, 0x1p-24, 0);
  }

  @Test
  void keepsAViewThatHasTheTypeAlready() {
    TensorView source = floats(1);
    assertThat(Floats.convert(source, DType.FLOAT32)).isSameAs(source);
  }

  @Test
  void refusesIntegers() {
    TensorView source =
        new TensorView(DType.INT64, Shape.of(1), MemorySegment.ofArray(new long[] {1}));
    assertThatThrownBy(() -> Floats.convert(source, DType.FLOAT32))
        .hasMessage("INT64 is not a floating-point type");
  }

  @Test
  void sums() {
    TensorView sum = Floats.sum(List.of(floats(1, 2), floats(3, 5)), 0.5);
    assertThat(Golden.values(sum)).containsExactly(2, 3.5);
  }

  private static int bfloat16(int floatBits) {
    return Short.toUnsignedInt(Floats.toBfloat16(Float.intBitsToFloat(floatBits)));
  }

  private static TensorView floats(float... values) {
    MemorySegment bytes = Arena.ofAuto().allocateFrom(ValueLayout.JAVA_FLOAT, values);
    return new TensorView(DType.FLOAT32, Shape.of(values.length), bytes);
  }
}
