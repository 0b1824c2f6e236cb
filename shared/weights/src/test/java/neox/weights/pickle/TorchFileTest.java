package neox.weights.pickle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.Golden;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchFileTest {
  @TempDir Path directory;

  private final TorchFile file = open("values.pt");
  private final Map<?, ?> root = (Map<?, ?>) file.root();

  @AfterEach
  void close() {
    file.close();
  }

  @Test
  void readsViewsOfOneStorageInOrder() {
    Map<?, ?> tensors = (Map<?, ?>) get("tensors");
    assertThat(List.copyOf(tensors.keySet())).isEqualTo(List.of("row", "matrix"));
    TensorView row = (TensorView) find(tensors, "row");
    TensorView matrix = (TensorView) find(tensors, "matrix");
    assertThat(Golden.values(row)).containsExactly(4, 5, 6, 7);
    assertThat(matrix.shape()).isEqualTo(Shape.of(3, 4));
    assertThat(row.bytes().address() - matrix.bytes().address()).isEqualTo(16);
  }

  @Test
  void copiesStridedTensorsIntoRowOrder() {
    assertThat(tensor("transposed").shape()).isEqualTo(Shape.of(4, 3));
    assertThat(Golden.values(tensor("transposed")))
        .containsExactly(0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11);
    assertThat(Golden.values(tensor("columns"))).containsExactly(1, 2, 5, 6, 9, 10);
  }

  @Test
  void readsScalarsAndEmptyTensors() {
    assertThat(tensor("scalar").shape().rank()).isZero();
    assertThat(Golden.values(tensor("scalar"))).containsExactly(2.5);
    assertThat(tensor("empty").shape()).isEqualTo(Shape.of(0, 3));
  }

  @Test
  void readsEveryElementType() {
    assertThat(Golden.values(tensor("bf16"))).containsExactly(1, -2.5, 3.25);
    assertThat(Golden.values(tensor("fp16"))).containsExactly(1, -2.5);
    assertThat(Golden.values(tensor("fp64"))).containsExactly(0.1);
    assertThat(Golden.values(tensor("parameter"))).containsExactly(1, 1);
    assertThat(tensor("int64").dtype()).isEqualTo(DType.INT64);
    assertThat(Golden.bytes(tensor("int64")))
        .containsExactly(-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 1, 0, 0);
    assertThat(Golden.bytes(tensor("int32"))).containsExactly(-7, -1, -1, -1);
    assertThat(Golden.bytes(tensor("uint8"))).containsExactly(255, 0);
    assertThat(tensor("bool").dtype()).isEqualTo(DType.BOOL);
    assertThat(Golden.bytes(tensor("bool"))).containsExactly(1, 0);
  }

  @Test
  void readsPlainValues() {
    assertThat(get("values"))
        .isEqualTo(
            List.of(
                None.NONE,
                true,
                false,
                0L,
                255L,
                65535L,
                -1L,
                1L << 40,
                -(1L << 62),
                BigInteger.ONE.shiftLeft(70),
                0.5,
                "ä€😀"));
    assertThat(get("tuples"))
        .isEqualTo(
            Tuple.of(
                Tuple.of(),
                Tuple.of(1L),
                Tuple.of(1L, "b"),
                Tuple.of(1L, 2L, 3L),
                Tuple.of(1L, 2L, 3L, 4L)));
    assertThat(get("set")).isEqualTo(new LinkedHashSet<>(Set.of("x")));
    assertThat((byte[]) get("bytes")).containsExactly(0, 0xff);
    assertThat(get("size")).isEqualTo(Tuple.of(2L, 3L));
    assertThat(get(7L)).isEqualTo("integer key");
    assertThat(get("dtype")).isEqualTo(new GlobalName("torch.float32"));
    assertThat(get("numpy_scalar")).isEqualTo(1.5);
  }

  @Test
  void keepsOtherClassesAsTheirNameAndState() {
    PickledObject namespace = (PickledObject) get("namespace");
    assertThat(namespace.type()).isEqualTo("argparse.Namespace");
    assertThat(namespace.state()).isEqualTo(Map.of("lr", 0.1));
  }

  @Test
  void readsNumpyArrays() {
    NumpyArray array = NumpyArray.of(get("array"));
    assertThat(array.dtype()).isEqualTo("u4");
    assertThat(array.shape()).containsExactly(2L, 2L);
    assertThat(array.bytes()).containsExactly(1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0);
  }

  @Test
  void readsNewerProtocols() {
    for (int protocol = 3; protocol <= 5; protocol++) {
      try (TorchFile newer = open("protocol" + protocol + ".pt")) {
        Map<?, ?> values = (Map<?, ?>) newer.root();
        assertThat(Golden.values((TensorView) find(values, "weight"))).containsExactly(1, 1);
        assertThat((byte[]) find(values, "bytes")).containsExactly('a', 'b');
        assertThat(find(values, "set")).isEqualTo(Set.of(1L, 2L));
        assertThat(NumpyArray.of(find(values, "array")).dtype()).isEqualTo("i8");
      }
    }
  }

  @Test
  void saysThatANameOfOtherBytesIsDamage() throws IOException {
    Path damaged =
        Pickles.archive(
            directory.resolve("damaged.pt"), new Pickles().global("po\1\2x", "f").end());
    assertThatThrownBy(() -> TorchFile.open(damaged))
        .isInstanceOf(UserException.class)
        .hasMessage(
            damaged
                + ": damaged or unsupported pickle near byte 11: a class whose name is no name");
  }

  @Test
  void refusesAFileThatWouldRunCode() {
    Path evil = Golden.path("torch/evil.pt");
    assertThatThrownBy(() -> TorchFile.open(evil))
        .isInstanceOf(UserException.class)
        .hasMessage(
            evil
                + ": refuses to load global posix.system: a checkpoint holds tensors, numbers and"
                + " text, and this file would run other code");
  }

  @Test
  void explainsTheOldFormat() {
    Path legacy = Golden.path("torch/legacy.pt");
    assertThatThrownBy(() -> TorchFile.open(legacy))
        .hasMessage(
            legacy
                + ": written in torch's old format (before torch 1.6); convert it once in Python:"
                + " torch.save(torch.load(file), file)");
  }

  @Test
  void refusesWhatIsNoTorchFile() throws IOException {
    Path text = Files.writeString(directory.resolve("a.pt"), "hello world");
    assertThatThrownBy(() -> TorchFile.open(text))
        .hasMessage(text + ": not a torch file: it does not start like a zip archive");
    Path empty = Files.createFile(directory.resolve("b.pt"));
    assertThatThrownBy(() -> TorchFile.open(empty))
        .hasMessage(empty + ": truncated: it is empty; copy or download it again");
  }

  @Test
  void refusesCompressedEntriesAndArchivesWithoutAPickle() throws IOException {
    Path zip = directory.resolve("c.pt");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("archive/data.pkl"));
      out.write(new byte[100]);
    }
    assertThatThrownBy(() -> TorchFile.open(zip))
        .hasMessageContaining("entry archive/data.pkl is compressed, which torch never does");
    Path none = directory.resolve("d.pt");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(none))) {
      out.setMethod(ZipOutputStream.STORED);
      ZipEntry entry = new ZipEntry("readme");
      entry.setSize(0);
      entry.setCrc(0);
      out.putNextEntry(entry);
    }
    assertThatThrownBy(() -> TorchFile.open(none))
        .hasMessage(none + ": a zip archive without data.pkl");
  }

  @Test
  void everyTruncationIsOneClearError() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.path("torch/values.pt"));
    Path cut = directory.resolve("cut.pt");
    for (int length = 0; length < whole.length; length += 97) {
      Files.write(cut, java.util.Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> TorchFile.open(cut))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(cut + ": truncated");
    }
  }

  @Test
  void noDamagedByteEscapesAsAnythingButAUserException() throws IOException {
    byte[] whole = Files.readAllBytes(Golden.path("torch/values.pt"));
    Path damaged = directory.resolve("damaged.pt");
    for (int at = 0; at < whole.length; at += 13) {
      byte[] copy = whole.clone();
      copy[at] ^= 0x5a;
      Files.write(damaged, copy);
      try (TorchFile readable = TorchFile.open(damaged)) {
        assertThat(readable.root()).isNotNull();
      } catch (UserException e) {
        assertThat(e).hasMessageStartingWith(damaged.toString());
      }
    }
  }

  private Object get(Object key) {
    return find(root, key);
  }

  private TensorView tensor(String key) {
    return (TensorView) get(key);
  }

  private static Object find(Map<?, ?> map, Object key) {
    Object value = map.get(key);
    if (value == null) {
      throw new AssertionError("no " + key);
    }
    return value;
  }

  private static TorchFile open(String name) {
    try {
      return TorchFile.open(Golden.path("torch/" + name));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
