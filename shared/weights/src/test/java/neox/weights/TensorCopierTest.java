package neox.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.zip.CRC32;
import neox.base.AtomicFile;
import neox.base.UserException;
import neox.weights.Woven.Strand;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorCopierTest {
  private static final int MEBI = 1 << 20;
  private static final int ROW = 600;

  @TempDir Path directory;

  private static NamedTensor named(ByteSource source) {
    return new NamedTensor("x", Sources.bytes(source));
  }

  private byte[] copied(List<NamedTensor> tensors) throws IOException {
    Path out = directory.resolve("out");
    try (FileChannel channel = create(out);
        TensorCopier copier = TensorCopier.of(tensors)) {
      for (NamedTensor _ : tensors) {
        copier.copyNext(channel);
      }
    }
    return Files.readAllBytes(out);
  }

  private static FileChannel create(Path out) throws IOException {
    return FileChannel.open(
        out,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  /// Every kind of source, larger and smaller than a chunk, one after the other in one file.
  private List<NamedTensor> everyKind(MappedFile file) {
    FileRange all = Sources.all(file);
    long rows = all.byteSize() / ROW / 2;
    Woven columns =
        new Woven(
            rows, List.of(new Strand(all, rows * ROW, ROW, ROW), new Strand(all, 0, ROW / 2, ROW)));
    List<ByteSource> sources = new ArrayList<>();
    sources.add(all);
    sources.add(columns);
    sources.add(new Converted(all, DType.BFLOAT16, DType.FLOAT32, value -> {}));
    sources.add(all.slice(3, 17));
    sources.add(columns.slice(5, 1000));
    sources.add(new InMemory(MemorySegment.ofArray(Sources.random(2 * MEBI + 1, 9))));
    sources.add(new InMemory(MemorySegment.ofArray(new float[] {1, 2, 3})));
    sources.add(new Zeros(MEBI + 1));
    sources.add(new Zeros(0));
    return sources.stream().map(TensorCopierTest::named).toList();
  }

  @Test
  void everyKindOfSourceArrivesWhole() throws IOException {
    try (MappedFile file = Sources.file(directory.resolve("in"), Sources.random(5 * MEBI + 6, 1))) {
      List<NamedTensor> tensors = everyKind(file);
      byte[] copied = copied(tensors);
      int at = 0;
      for (NamedTensor tensor : tensors) {
        int end = at + (int) tensor.byteSize();
        assertThat(
                Arrays.equals(
                    Sources.whole(tensor.tensor().bytes()), Arrays.copyOfRange(copied, at, end)))
            .as("%s", tensor.tensor().bytes().getClass())
            .isTrue();
        at = end;
      }
      assertThat(copied).hasSize(at);
    }
  }

  @Test
  void largeRangesArriveWhole() throws IOException {
    byte[] content = Sources.random(40 * MEBI + 5, 3);
    try (MappedFile file = Sources.file(directory.resolve("in"), content)) {
      FileRange all = Sources.all(file);
      List<NamedTensor> tensors =
          List.of(named(all.slice(7, 100)), named(all), named(all.slice(3 * MEBI, 9 * MEBI + 1)));
      Path out = directory.resolve("made");
      LongAdder told = new LongAdder();
      try (AtomicFile made = AtomicFile.create(out);
          TensorCopier copier = TensorCopier.of(tensors, told::add)) {
        made.stream().write(1);
        for (NamedTensor _ : tensors) {
          copier.copyNext(made.channel());
        }
        made.commit();
      }
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      expected.write(1);
      expected.write(content, 7, 100);
      expected.write(content, 0, content.length);
      expected.write(content, 3 * MEBI, 9 * MEBI + 1);
      assertThat(Arrays.equals(Files.readAllBytes(out), expected.toByteArray())).isTrue();
      assertThat(told.sum()).isEqualTo(expected.size() - 1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void checksumsAreThoseOfWhatWasWritten(TensorCopier.Threads whose) throws IOException {
    Path made = directory.resolve("out");
    try (MappedFile file = Sources.file(directory.resolve("in"), Sources.random(9 * MEBI + 6, 1));
        FileChannel out = create(made)) {
      List<NamedTensor> tensors = new ArrayList<>(everyKind(file));
      FileRange all = Sources.all(file);
      Woven joined =
          new Woven(
              1, List.of(new Strand(all, 7, 5 * MEBI, 5 * MEBI), new Strand(all, 1, 6 * MEBI, 0)));
      tensors.add(named(joined));
      int at = 0;
      try (TensorCopier copier = TensorCopier.of(tensors, whose)) {
        for (NamedTensor tensor : tensors) {
          assertThat(copier.nextBytes()).isEqualTo(tensor.byteSize());
          byte[] expected = Sources.whole(tensor.tensor().bytes());
          CRC32 crc = new CRC32();
          crc.update(expected);
          TensorSums sums = copier.copyNextWithSums(out);
          assertThat(sums.crc()).isEqualTo(crc.getValue());
          assertThat(sums.digest()).isEqualTo(TensorDigest.of(tensor.tensor().bytes()));
          try (FileChannel written = FileChannel.open(made)) {
            ByteBuffer bytes = ByteBuffer.allocate(expected.length);
            while (bytes.hasRemaining() && written.read(bytes, at + bytes.position()) >= 0) {
              // more
            }
            assertThat(Arrays.equals(bytes.array(), expected)).isTrue();
          }
          at += expected.length;
        }
      }
    }
  }

  @Test
  void progressAddsUpToTheBytes() throws IOException {
    try (MappedFile file = Sources.file(directory.resolve("in"), Sources.random(3 * MEBI, 1));
        FileChannel out = create(directory.resolve("out"))) {
      List<NamedTensor> tensors = everyKind(file);
      LongAdder told = new LongAdder();
      try (TensorCopier copier = TensorCopier.of(tensors, told::add)) {
        for (NamedTensor _ : tensors) {
          copier.copyNext(out);
        }
      }
      assertThat(told.sum())
          .isEqualTo(tensors.stream().mapToLong(NamedTensor::byteSize).sum())
          .isEqualTo(out.size());
    }
  }

  @Test
  void whatIsMadeOnDemandIsMadeOnceWhenItsTurnComes() throws IOException {
    List<String> order = new ArrayList<>();
    List<NamedTensor> tensors = new ArrayList<>();
    for (String name : List.of("a", "b")) {
      tensors.add(
          new NamedTensor(
              name,
              DType.UINT8,
              Shape.of(2),
              () -> {
                order.add("made " + name);
                return new TensorView(
                    DType.UINT8,
                    Shape.of(2),
                    MemorySegment.ofArray(name.repeat(2).getBytes(StandardCharsets.UTF_8)));
              }));
    }
    try (FileChannel out = create(directory.resolve("out"));
        TensorCopier copier = TensorCopier.of(tensors, bytes -> order.add("copied"))) {
      copier.copyNext(out);
      copier.copyNext(out);
    }
    assertThat(order).containsExactly("made a", "copied", "made b", "copied");
    assertThat(directory.resolve("out")).hasContent("aabb");
  }

  @Test
  void whatIsMadeMustBeWhatWasAnnounced() {
    NamedTensor tensor =
        new NamedTensor(
            "x",
            DType.UINT8,
            Shape.of(2),
            () -> new TensorView(DType.UINT8, Shape.of(1), MemorySegment.ofArray(new byte[1])));
    assertThatThrownBy(() -> copied(List.of(tensor)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("announced UINT8[2] but is UINT8[1]");
  }

  @Test
  void damageIsToldEvenWhereTheKernelCopies() throws IOException {
    try (MappedFile file = Sources.file(directory.resolve("in"), Sources.random(MEBI, 1))) {
      AtomicInteger asked = new AtomicInteger();
      ByteSource sound = new Checked(Sources.all(file), asked::incrementAndGet);
      ByteSource damaged =
          new Checked(
              Sources.all(file),
              () -> {
                throw new UserException("x is damaged");
              });
      ByteSource joined = Woven.concatenated(List.of(sound, damaged));
      assertThat(copied(List.of(named(sound)))).hasSize(MEBI);
      assertThat(asked).hasValue(1);
      assertThatThrownBy(() -> copied(List.of(named(sound), named(joined))))
          .isInstanceOf(UserException.class)
          .hasMessage("x is damaged");
    }
  }

  /// A damaged number may be too large, too.
  @Test
  void damageIsToldBeforeWhatFollowsFromIt() throws IOException {
    try (MappedFile file =
        Sources.file(directory.resolve("in"), new byte[] {0, 0, (byte) 0x7f, 0x7f})) {
      ByteSource damaged =
          new Checked(
              Sources.all(file),
              () -> {
                throw new UserException("x is damaged");
              });
      LazyTensor half =
          new LazyTensor(DType.FLOAT32, Shape.of(1), damaged)
              .to(
                  DType.FLOAT16,
                  value -> {
                    throw new UserException(value + " is too large");
                  });
      assertThatThrownBy(() -> copied(List.of(new NamedTensor("x", half))))
          .hasMessage("x is damaged");
    }
  }

  @Test
  void aFileThatBecomesShorterIsNamed() throws IOException {
    Path path = directory.resolve("in");
    try (MappedFile file = Sources.file(path, Sources.random(3 * MEBI, 1))) {
      try (RandomAccessFile shorter = new RandomAccessFile(path.toFile(), "rw")) {
        shorter.setLength(MEBI);
      }
      String message =
          path
              + ": became shorter while it was read; expected "
              + 3 * MEBI
              + " bytes from byte 0 on";
      assertThatThrownBy(() -> copied(List.of(named(Sources.all(file)))))
          .isInstanceOf(UserException.class)
          .hasMessage(message);
      assertThatThrownBy(() -> Sources.read(Sources.all(file), 0, 3 * MEBI))
          .isInstanceOf(UserException.class)
          .hasMessage(message);
    }
  }

  /// The larger source has no more buffers than the smaller.
  @Test
  void memoryDoesNotGrowWithTheTensors() throws IOException {
    long small = buffers(8 * MEBI);
    long large = buffers(64 * MEBI);
    assertThat(small).isPositive();
    assertThat(large).isLessThanOrEqualTo(16L * TensorCopier.MOST_THREADS * MEBI);
    assertThat(large).isLessThanOrEqualTo(4 * small);
  }

  private long buffers(int bytes) throws IOException {
    Path path = directory.resolve("sparse");
    try (RandomAccessFile sparse = new RandomAccessFile(path.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
    try (FileChannel write = FileChannel.open(path, StandardOpenOption.WRITE)) {
      write.write(ByteBuffer.wrap(new byte[] {1}), 0);
    }
    try (MappedFile file = MappedFile.open(path);
        FileChannel out = create(directory.resolve("out"))) {
      FileRange all = Sources.all(file);
      long rows = all.byteSize() / ROW / 2;
      ByteSource columns =
          new Woven(
              rows, List.of(new Strand(all, 0, ROW, ROW), new Strand(all, rows * ROW, ROW, ROW)));
      ByteSource narrow = new Converted(columns, DType.FLOAT32, DType.BFLOAT16, value -> {});
      try (TensorCopier copier = TensorCopier.of(List.of(named(narrow)))) {
        copier.copyNext(out);
        return copier.bufferBytes();
      }
    }
  }
}
