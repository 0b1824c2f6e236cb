package neox.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileKindTest {
  @TempDir Path directory;

  @Test
  void knowsWhatAPathLeadsTo() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    assertThat(FileKind.of(file)).contains(FileKind.REGULAR);
    assertThat(FileKind.of(Files.createSymbolicLink(directory.resolve("link"), file)))
        .contains(FileKind.REGULAR);
    assertThat(FileKind.of(directory)).contains(FileKind.DIRECTORY);
    assertThat(FileKind.of(Path.of("/dev/zero"))).contains(FileKind.DEVICE);
    assertThat(FileKind.of(directory.resolve("nothing"))).isEmpty();
    assertThat(FileKind.of(file.resolve("nothing"))).isEmpty();
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThat(FileKind.of(pipe)).contains(FileKind.PIPE);
    Path socket = directory.resolve("socket");
    try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.bind(UnixDomainSocketAddress.of(socket));
      assertThat(FileKind.of(socket)).contains(FileKind.SOCKET);
    }
  }

  @Test
  void refusesByNameWhatIsNotWanted() throws Exception {
    assertRefused(directory, "expected a file, found a directory");
    assertRefused(Path.of("/dev/zero"), "expected a file, found a device");
    assertRefused(directory.resolve("nothing"), "no such file or directory");
    Path gone = Files.createSymbolicLink(directory.resolve("gone"), Path.of("nowhere"));
    assertRefused(gone, "no such file or directory at the end of this symbolic link");
    Path circle = directory.resolve("circle");
    Files.createSymbolicLink(circle, circle);
    assertRefused(circle, "a symbolic link that leads in a circle");
    assertThat(FileKind.require(directory, "a place", FileKind.REGULAR, FileKind.DIRECTORY))
        .isEqualTo(FileKind.DIRECTORY);
  }

  private static void assertRefused(Path path, String why) {
    assertThatThrownBy(() -> FileKind.require(path, "a file", FileKind.REGULAR))
        .isInstanceOf(UserException.class)
        .hasMessage(path + ": " + why);
  }
}
