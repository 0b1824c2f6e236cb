package neox.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
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

  /// Blocks of arrays against one number at a time, for all halves and for floats of every kind.
  @Test
  void manyAtOnceAreWhatOneByOneIs() {
    List<DType> types = List.of(DType.FLOAT64, DType.FLOAT32, DType.FLOAT16, DType.BFLOAT16);
    for (DType from : types) {
      MemorySegment source = patterns(from);
      long count = source.byteSize() / from.bytes();
      for (DType to : types) {
        if (from == to) {
          continue;
        }
        MemorySegment target = Arena.ofAuto().allocate(count * to.bytes());
        MemorySegment one = Arena.ofAuto().allocate(to.bytes());
        Floats.convert(from, source, to, target);
        for (long i = 0; i < count; i++) {
          double value = Floats.get(from, source, i);
          Floats.set(to, one, 0, value);
          if (Double.doubleToLongBits(Floats.get(to, one, 0))
              != Double.doubleToLongBits(Floats.get(to, target, i))) {
            assertThat(Floats.get(to, target, i))
                .as("%s as %s of %s", value, to, from)
                .isEqualTo(Floats.get(to, one, 0));
          }
        }
      }
    }
  }

  /// All values of two bytes; as many of four and eight whose upper halves are those.
  private static MemorySegment patterns(DType dtype) {
    int count = 1 << 16;
    MemorySegment bytes = Arena.ofAuto().allocate((long) count * dtype.bytes(), Long.BYTES);
    for (int i = 0; i < count; i++) {
      switch (dtype.bytes()) {
        case 2 -> bytes.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
        case 4 -> bytes.setAtIndex(ValueLayout.JAVA_INT, i, (i << 16) + i * 31);
        default -> bytes.setAtIndex(ValueLayout.JAVA_DOUBLE, i, Math.sinh((i - 30_000) / 300.0));
      }
    }
    return bytes;
  }

  @Test
  void theFirstNumberThatBecomesInfiniteIsTold() {
    List<Double> told = new ArrayList<>();
    float[] values = new float[5000];
    values[1] = Float.NaN;
    values[2] = Float.POSITIVE_INFINITY;
    values[3] = 65504;
    LazyTensor tensor = LazyTensor.of(floats(values));
    assertThat(tensor.to(DType.FLOAT16, told::add).view().shape()).isEqualTo(Shape.of(5000));
    assertThat(told).isEmpty();
    values[4500] = -65520;
    LazyTensor large = LazyTensor.of(floats(values));
    assertThat(large.to(DType.FLOAT16, told::add).view().dtype()).isEqualTo(DType.FLOAT16);
    assertThat(told).containsExactly(-65520.0);
    assertThat(large.to(DType.BFLOAT16, told::add).view().dtype()).isEqualTo(DType.BFLOAT16);
    assertThat(told).hasSize(1);
  }

  @Test
  void addsUpWeightedTensorsOfSeveralTypes() {
    int count = 40_000;
    float[] ramp = new float[count];
    for (int i = 0; i < count; i++) {
      ramp[i] = i % 1000;
    }
    LazyTensor floats = LazyTensor.of(floats(ramp));
    Summed sum =
        new Summed(
            DType.FLOAT64,
            List.of(
                new Summed.Term(floats, 0.25),
                new Summed.Term(floats.to(DType.FLOAT64), 2),
                new Summed.Term(floats.to(DType.FLOAT16), -0.5)),
            10);
    double[] values = Golden.values(new LazyTensor(DType.FLOAT64, Shape.of(count), sum).view());
    for (int i = 0; i < count; i++) {
      assertThat(values[i]).isEqualTo(17.5 * ramp[i]);
    }
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
