package neox.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UncachedWritesTest {
  private static final Path FULL = Path.of("/dev/full");
  private static final int SIZE = 9 * UncachedWrites.SHORTEST;

  @TempDir Path directory;

  private Path file() {
    return directory.resolve("file");
  }

  private FileChannel open() throws IOException {
    return NamedFiles.openUncached(
        file(),
        file(),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }

  private static FileChannel write(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  private static void writeFully(FileChannel channel, ByteBuffer from, long position)
      throws IOException {
    long at = position;
    while (from.hasRemaining()) {
      int before = from.remaining();
      int written = channel.write(from, at);
      assertThat(before - from.remaining()).isEqualTo(written);
      at += written;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void bytesWrittenAnywhereInAnyOrderAreWhereTheyWereWritten(int seed) throws IOException {
    Random random = new Random(seed);
    byte[] expected = new byte[SIZE];
    try (FileChannel channel = open()) {
      writeFully(channel, ByteBuffer.wrap(expected), 0);
      for (int i = 0; i < 60; i++) {
        int length = random.nextBoolean() ? random.nextInt(9_000) : random.nextInt(SIZE);
        int position = random.nextInt(SIZE - length + 1);
        if (random.nextBoolean()) {
          position &= -UncachedWrites.BLOCK;
        }
        byte[] some = bytes(length);
        System.arraycopy(some, 0, expected, position, length);
        ByteBuffer from =
            random.nextBoolean()
                ? ByteBuffer.wrap(some)
                : ByteBuffer.allocateDirect(length).put(some).flip();
        writeFully(channel, from, position);
      }
      channel.force(true);
      ByteBuffer read = ByteBuffer.allocate(SIZE);
      while (channel.read(read, read.position()) > 0) {}
      assertThat(Arrays.equals(read.array(), expected)).isTrue();
    }
    assertThat(Arrays.equals(Files.readAllBytes(file()), expected)).isTrue();
  }

  @Test
  void oneWriteAfterTheOtherGoesOnWhereTheLastEnded() throws IOException {
    byte[] all = bytes(SIZE);
    try (FileChannel channel = open()) {
      int at = 0;
      for (int length : new int[] {0, 1, 64, 5_000, 700_000, 300_001, SIZE}) {
        int end = Math.min(SIZE, at + length);
        ByteBuffer from = ByteBuffer.wrap(all, at, end - at);
        while (from.hasRemaining()) {
          channel.write(from);
          assertThat(channel.position()).isEqualTo(from.position());
        }
        at = end;
      }
      assertThat(channel.size()).isEqualTo(SIZE);
    }
    assertThat(Arrays.equals(Files.readAllBytes(file()), all)).isTrue();
  }

  @Test
  void longRunsPassTheCacheOnADiskOfThisMachine() throws IOException {
    assumeThat(Files.getFileStore(directory).type()).as("file system").isIn("ext4", "xfs");
    try (FileChannel channel = write(file());
        UncachedWrites writes = UncachedWrites.of(channel, file()).orElseThrow()) {
      writeFully(new NamedChannel(channel, Optional.of(writes), "file"), bytes(), 0);
    }
    assertThat(file()).hasBinaryContent(bytes().array());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFileInMemoryHasTheOrdinaryWayAlone() throws IOException {
    Path file = Files.createTempFile(Path.of("/dev/shm"), "uncached", "");
    try (FileChannel channel = write(file)) {
      assertThat(UncachedWrites.of(channel, file)).isEmpty();
    } finally {
      Files.delete(file);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void whatCannotBeWrittenPastTheCacheIsWrittenTheOrdinaryWay() throws IOException {
    try (FileChannel channel = channel(write(file()), write(FULL))) {
      writeFully(channel, bytes(), 0);
    }
    assertThat(file()).hasBinaryContent(bytes().array());
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsToldWithTheNameOfTheFile() throws IOException {
    try (FileChannel channel = channel(write(FULL), write(FULL))) {
      assertThatThrownBy(() -> channel.write(bytes(), 0))
          .isInstanceOf(FileSystemException.class)
          .hasMessage("the/file: No space left on device");
    }
  }

  private static FileChannel channel(FileChannel ordinary, FileChannel direct) {
    UncachedWrites writes = new UncachedWrites(ordinary, direct);
    return new NamedChannel(ordinary, Optional.of(writes), "the/file");
  }

  private static ByteBuffer bytes() {
    return ByteBuffer.wrap(bytes(SIZE));
  }
}
