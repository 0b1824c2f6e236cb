package neox.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class NamedFilesTest {
  private static final Path FULL = Path.of("/dev/full");
  private static final Path DIRECTORY = Path.of("/proc/self");
  private static final Path UNREADABLE = Path.of("/proc/self/mem");
  private static final String DISK_FULL = "/dev/full: No space left on device";
  private static final String IS_DIRECTORY = "/proc/self: Is a directory";
  private static final String BROKEN = "/proc/self/mem: Input/output error";

  @TempDir Path directory;

  private static ByteBuffer bytes() {
    return ByteBuffer.wrap(new byte[8]);
  }

  private interface Use {
    void of(FileChannel channel) throws IOException;
  }

  private static ThrowingCallable use(Path file, StandardOpenOption option, Use use) {
    return () -> {
      try (FileChannel channel = NamedFiles.open(file, option)) {
        use.of(channel);
      }
    };
  }

  private static ThrowingCallable read(Path file, Use use) {
    return use(file, StandardOpenOption.READ, use);
  }

  private static ThrowingCallable write(Use use) {
    return use(FULL, StandardOpenOption.WRITE, use);
  }

  static Stream<Arguments> failures() {
    ByteBuffer[] two = {bytes(), bytes()};
    return Stream.of(
        Arguments.of(write(c -> c.write(bytes())), DISK_FULL),
        Arguments.of(write(c -> c.write(bytes(), 0)), DISK_FULL),
        Arguments.of(write(c -> c.write(two)), DISK_FULL),
        Arguments.of(write(c -> Channels.newOutputStream(c).write(1)), DISK_FULL),
        Arguments.of(write(NamedFilesTest::copyIntoFullDisk), "/dev/zero -> " + DISK_FULL),
        Arguments.of(read(UNREADABLE, c -> c.read(bytes())), BROKEN),
        Arguments.of(read(UNREADABLE, c -> c.read(bytes(), 0)), BROKEN),
        Arguments.of(read(UNREADABLE, c -> c.read(two)), BROKEN),
        Arguments.of(read(DIRECTORY, c -> c.read(bytes())), IS_DIRECTORY),
        Arguments.of(
            read(FULL, c -> c.map(FileChannel.MapMode.READ_ONLY, 0, 8)),
            "/dev/full: Channel not open for writing - cannot extend file to required size"),
        Arguments.of(stream(o -> o.write(1)), DISK_FULL),
        Arguments.of(stream(o -> o.write(new byte[8])), DISK_FULL),
        Arguments.of((ThrowingCallable) NamedFilesTest::writeLines, DISK_FULL),
        Arguments.of((ThrowingCallable) () -> NamedFiles.writeString(FULL, "x"), DISK_FULL),
        Arguments.of((ThrowingCallable) () -> NamedFiles.readAllBytes(DIRECTORY), IS_DIRECTORY),
        Arguments.of((ThrowingCallable) () -> NamedFiles.readString(DIRECTORY), IS_DIRECTORY),
        Arguments.of((ThrowingCallable) () -> NamedFiles.readAllLines(DIRECTORY), IS_DIRECTORY),
        Arguments.of(
            (ThrowingCallable) () -> NamedFiles.newBufferedReader(DIRECTORY).readLine(),
            IS_DIRECTORY),
        Arguments.of(input(InputStream::read), BROKEN),
        Arguments.of(input(in -> in.read(new byte[8])), BROKEN),
        Arguments.of(input(InputStream::readAllBytes), BROKEN),
        Arguments.of(input(in -> in.transferTo(OutputStream.nullOutputStream())), BROKEN),
        Arguments.of(
            (ThrowingCallable) () -> NamedFiles.copy(UNREADABLE, OutputStream.nullOutputStream()),
            BROKEN));
  }

  private static void copyIntoFullDisk(FileChannel full) throws IOException {
    try (FileChannel zeros = NamedFiles.open(Path.of("/dev/zero"), StandardOpenOption.READ)) {
      full.transferFrom(zeros, 0, 8);
    }
  }

  private static void writeLines() throws IOException {
    try (Writer writer = NamedFiles.newBufferedWriter(FULL, StandardOpenOption.WRITE)) {
      writer.write("line\n");
    }
  }

  private interface Writing {
    void to(OutputStream out) throws IOException;
  }

  private static ThrowingCallable stream(Writing writing) {
    return () -> {
      try (OutputStream out = NamedFiles.newOutputStream(FULL, StandardOpenOption.WRITE)) {
        writing.to(out);
      }
    };
  }

  private interface Reading {
    void from(InputStream in) throws IOException;
  }

  private static ThrowingCallable input(Reading reading) {
    return () -> {
      try (InputStream in = NamedFiles.newInputStream(UNREADABLE)) {
        reading.from(in);
      }
    };
  }

  @ParameterizedTest
  @MethodSource("failures")
  @EnabledOnOs(value = OS.LINUX, disabledReason = "needs /dev/full and /proc")
  void namesTheFileWhateverFails(ThrowingCallable work, String line) {
    assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            FileSystemException.class, e -> assertThat(Tool.describe(e)).isEqualTo(line));
  }

  @Test
  void leavesFailuresAloneThatHaveANameOrAreBugs() throws IOException {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(() -> NamedFiles.newInputStream(missing))
        .isInstanceOf(NoSuchFileException.class);
    Path file = Files.writeString(directory.resolve("a"), "text");
    FileChannel closed = NamedFiles.open(file, StandardOpenOption.READ);
    closed.close();
    assertThatThrownBy(() -> closed.read(bytes())).isInstanceOf(ClosedChannelException.class);
  }

  @Test
  void saysWhereTextIsNotUtf8() throws IOException {
    Path file = directory.resolve("latin.txt");
    Files.write(file, "one\ncaf\u00e9 two\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> NamedFiles.readString(file))
        .isInstanceOf(UserException.class)
        .hasMessage(
            file
                + ":2: expected text in UTF-8, found byte 0xe9; the file may be Latin-1 (iconv -f"
                + " LATIN1 -t UTF-8 converts it)");
  }

  @Test
  void readsAndWritesAsTheFilesOfTheJdkDo() throws IOException {
    Path file = directory.resolve("a");
    NamedFiles.writeString(file, "zwei\nWörter\n");
    assertThat(NamedFiles.readString(file)).isEqualTo("zwei\nWörter\n");
    assertThat(NamedFiles.readAllLines(file)).containsExactly("zwei", "Wörter");
    NamedFiles.copy(file, directory.resolve("b"));
    try (FileChannel from = NamedFiles.open(directory.resolve("b"), StandardOpenOption.READ);
        FileChannel to = NamedFiles.open(file, StandardOpenOption.WRITE)) {
      assertThat(from.transferTo(0, from.size(), to.position(5))).isEqualTo(13);
      assertThat(to.size()).isEqualTo(18);
      assertThat(to.position()).isEqualTo(18);
    }
    assertThat(Files.readString(file)).isEqualTo("zwei\nzwei\nWörter\n");
  }
}
