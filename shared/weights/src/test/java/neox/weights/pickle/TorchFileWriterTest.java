package neox.weights.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.Shape;
import neox.weights.TensorView;
import net.razorvine.pickle.Unpickler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchFileWriterTest {
  @TempDir Path directory;

  @Test
  void readsBackEveryKindOfValue() throws IOException {
    Map<String, Object> values = plainValues();
    values.put("bytes", new byte[] {0, -1, 'a'});
    Map<?, ?> read = roundTrip(values);
    assertThat((byte[]) read.get("bytes")).containsExactly(0, 0xff, 'a');
    assertThat(read.get("list"))
        .isEqualTo(List.of(1L, -1L, 1L << 40, BigInteger.ONE.shiftLeft(70)));
    assertThat(read.get("tuple")).isEqualTo(Tuple.of("ä€😀", 0.5, Tuple.of(), List.of()));
    assertThat(read.get("none")).isEqualTo(None.NONE);
    assertThat(read.get("flag")).isEqualTo(true);
    assertThat(read.get("ordered")).isEqualTo(Map.of("z", 1L, "a", Map.of()));
    assertThat(read.get("float")).isEqualTo(0.25);
  }

  @Test
  void anIndependentUnpicklerAgrees() throws IOException {
    byte[] pickle = new PickleWriter().write(List.of(1, 1L << 40, -0.5, "ä", true, None.NONE));
    assertThat((List<?>) new Unpickler().loads(pickle))
        .asString()
        .isEqualTo("[1, 1099511627776, -0.5, ä, true, null]");
  }

  @Test
  void readsBackTensorsAndKeepsSharedStorages() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(24, 8);
      memory.setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, 5, 2.5f);
      TensorView matrix = new TensorView(DType.FLOAT32, Shape.of(2, 3), memory);
      TensorView same = new TensorView(DType.FLOAT32, Shape.of(6), memory);
      TensorView scalar = new TensorView(DType.INT64, Shape.of(), memory.asSlice(0, 8));
      TensorView empty = new TensorView(DType.BFLOAT16, Shape.of(0, 2), memory.asSlice(0, 0));
      Path file = directory.resolve("t.pt");
      TorchFileWriter.write(
          file, Map.of("matrix", matrix, "same", same, "scalar", scalar, "empty", empty));
      try (TorchFile read = TorchFile.open(file)) {
        Map<?, ?> root = (Map<?, ?>) read.root();
        TensorView matrixRead = tensor(root, "matrix");
        assertThat(matrixRead.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(Golden.values(matrixRead)).containsExactly(0, 0, 0, 0, 0, 2.5);
        assertThat(tensor(root, "same").bytes().address()).isEqualTo(matrixRead.bytes().address());
        assertThat(matrixRead.bytes().address() % 64).isZero();
        assertThat(tensor(root, "scalar").shape().rank()).isZero();
        assertThat(tensor(root, "empty").shape()).isEqualTo(Shape.of(0, 2));
      }
    }
  }

  @Test
  void isAZipArchiveThatTheJdkReadsChecksumsIncluded() throws IOException {
    Path file = directory.resolve("t.pt");
    TorchFileWriter.write(file, new OrderedDict(Map.of("a", "b")));
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.stream().map(ZipEntry::getName))
          .containsExactly("archive/data.pkl", "archive/byteorder", "archive/version");
      for (ZipEntry entry : zip.stream().toList()) {
        try (InputStream in = zip.getInputStream(entry)) {
          assertThat(in.readAllBytes()).hasSize((int) entry.getSize());
        }
      }
    }
  }

  @Test
  void moreEntriesThanAClassicDirectoryCounts() throws IOException {
    Map<String, Object> many = new LinkedHashMap<>();
    TensorView one =
        new TensorView(DType.UINT8, Shape.of(1), MemorySegment.ofArray(new byte[] {7}));
    for (int i = 0; i < 66_000; i++) {
      many.put("t" + i, one); // heap memory is never shared, so each gets a storage
    }
    Map<?, ?> read = roundTrip(many);
    assertThat(read).hasSize(66_000);
  }

  @Test
  void refusesValuesOfOtherClasses() {
    assertThatThrownBy(() -> TorchFileWriter.write(directory.resolve("x"), directory))
        .hasMessageStartingWith("cannot pickle a ");
    assertThat(directory.resolve("x")).doesNotExist();
  }

  private static Map<String, Object> plainValues() {
    Map<String, Object> ordered = new LinkedHashMap<>();
    ordered.put("z", 1);
    ordered.put("a", Map.of());
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("list", List.of(1, -1, 1L << 40, BigInteger.ONE.shiftLeft(70)));
    values.put("tuple", Tuple.of("ä€😀", 0.5, Tuple.of(), List.of()));
    values.put("none", None.NONE);
    values.put("flag", true);
    values.put("ordered", new OrderedDict(ordered));
    values.put("float", 0.25f);
    return values;
  }

  private Map<?, ?> roundTrip(Object value) throws IOException {
    Path file = directory.resolve("round.pt");
    TorchFileWriter.write(file, value);
    assertThat(Files.exists(file)).isTrue();
    try (TorchFile read = TorchFile.open(file)) {
      return (Map<?, ?>) read.root();
    }
  }

  private static TensorView tensor(Map<?, ?> map, String key) {
    return (TensorView) java.util.Objects.requireNonNull(map.get(key));
  }
}
