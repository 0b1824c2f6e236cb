package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorDataTest {
  @Test
  void readsAMappedFileWithoutCopyingIt(@TempDir Path directory) throws Exception {
    Path file = Files.write(directory.resolve("f"), new byte[] {0, 0, -128, 63, 0, 0, 0, 64});
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file);
        var _ = Scope.open()) {
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, 8, arena);
      Tensor tensor = MappedTensors.of(mapped, ScalarType.Float, 2, 1);
      assertThat(TensorData.floats(tensor)).containsExactly(1f, 2f);
      assertThat(tensor.data_ptr().address()).isEqualTo(mapped.address());
    }
  }

  @Test
  void showsTheBytesOfATensorAndWritesThroughThem() {
    try (var _ = Scope.open()) {
      Tensor tensor = torch.ones(2);
      MappedTensors.bytes(tensor).setAtIndex(ValueLayout.JAVA_FLOAT, 1, 5f);
      assertThat(TensorData.floats(tensor)).containsExactly(1f, 5f);
    }
  }

  @Test
  void refusesSegmentsOfTheWrongSizeHeapMemoryAndStridedTensors() {
    try (Arena arena = Arena.ofConfined();
        var _ = Scope.open()) {
      assertThatThrownBy(() -> MappedTensors.of(arena.allocate(7), ScalarType.Float, 2))
          .hasMessage("the tensor needs 8 bytes, the segment has 7");
      assertThatThrownBy(
              () -> MappedTensors.of(MemorySegment.ofArray(new float[2]), ScalarType.Float, 2))
          .hasMessage("only native memory can be shared, not a Java array");
      assertThatThrownBy(() -> MappedTensors.bytes(torch.ones(2, 3).t()))
          .hasMessage("only a contiguous tensor in main memory has its bytes");
    }
  }

  @Test
  void copiesIdsInAndNumbersOut() {
    try (var _ = Scope.open()) {
      Tensor ids = TensorData.ofIds(new int[][] {{1, 2, 3}, {4, 5, 50_000}});
      assertThat(ids.sizes().vec().get()).containsExactly(2, 3);
      assertThat(ElementType.of(ids)).isSameAs(ScalarType.Long);
      assertThat(TensorData.longs(ids.t())).containsExactly(1, 4, 2, 5, 3, 50_000);
      assertThatThrownBy(() -> TensorData.ofIds(new int[][] {{1}, {1, 2}}))
          .hasMessage("rows of 1 and 2 ids");
      assertThat(TensorData.floats(torch.full(new long[] {2}, new Scalar(1.5)).to(ScalarType.Half)))
          .containsExactly(1.5f, 1.5f);
    }
  }

  @Test
  void repeatsTheSameDrawsAfterRestore() {
    try (var _ = Scope.open()) {
      RandomState.seed(7);
      torch.rand(3);
      byte[] state = RandomState.save();
      float[] first = TensorData.floats(torch.randn(5));
      RandomState.restore(state);
      assertThat(TensorData.floats(torch.randn(5))).containsExactly(first);
      assertThatThrownBy(() -> RandomState.restore(new byte[3]))
          .hasMessage("a random state of 3 bytes does not belong to this libtorch");
    }
  }
}
