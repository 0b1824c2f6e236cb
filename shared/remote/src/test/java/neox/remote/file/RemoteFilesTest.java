package neox.remote.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import neox.base.Addresses;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.hub.RunningHash;
import neox.remote.Manifest;
import neox.remote.fixture.RangeServer;
import neox.remote.fixture.RangeServer.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemoteFilesTest {
  private RangeServer server;
  private Path run;

  @BeforeEach
  void serve() throws IOException {
    server = RangeServer.start();
    run = Addresses.path(server.address() + "/run");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Manifest.Entry entry(String path, byte[] content) {
    RunningHash sum = RunningHash.start();
    sum.update(content, 0, content.length);
    return new Manifest.Entry(path, content.length, sum.sha256());
  }

  /// A checkpoint as it lies there after it was pushed.
  private void push(String name) {
    byte[] weights = bytes("weights of " + name);
    byte[] config = bytes("config of " + name);
    Manifest manifest =
        new Manifest(List.of(entry("configs/a.yml", config), entry("layer.pt", weights)));
    server.put("/run/" + name + "/layer.pt", weights);
    server.put("/run/" + name + "/configs/a.yml", config);
    server.put("/run/" + name + "/" + Manifest.ANNOUNCEMENT, manifest.json());
    server.put("/run/" + name + "/" + Manifest.NAME, manifest.json());
    server.put("/run/latest", bytes(name));
  }

  @Test
  void aPushedDirectoryReadsAsOneOfThisMachine() throws IOException {
    push("global_step20");
    Path step = run.resolve("global_step20");
    assertThat(Files.isDirectory(run)).isTrue();
    assertThat(Files.isDirectory(step)).isTrue();
    assertThat(Files.isDirectory(step.resolve("configs"))).isTrue();
    assertThat(Files.isRegularFile(step.resolve("layer.pt"))).isTrue();
    assertThat(Files.size(step.resolve("layer.pt"))).isEqualTo(24);
    assertThat(Files.exists(step.resolve("nothing"))).isFalse();
    try (Stream<Path> entries = Files.list(step)) {
      assertThat(entries.map(path -> path.getFileName().toString()))
          .containsExactly("configs", "layer.pt");
    }
    assertThat(NamedFiles.readString(run.resolve("latest"))).isEqualTo("global_step20");
    assertThat(NamedFiles.readString(step.resolve("configs/a.yml")))
        .isEqualTo("config of global_step20");
    try (FileChannel channel = NamedFiles.open(step.resolve("layer.pt"));
        Arena arena = Arena.ofConfined()) {
      MemorySegment mapped = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
      assertThat(mapped.toArray(ValueLayout.JAVA_BYTE))
          .isEqualTo(bytes("weights of global_step20"));
    }
  }

  @Test
  void addressesMayBeEscaped() throws IOException {
    server.put("/my corpus/grüße/latest", bytes("x"));
    String escaped = server.address() + "/my%20corpus/gr%C3%BC%C3%9Fe/latest";
    String plain = server.address() + "/my corpus/grüße/latest";
    for (String address : List.of(escaped, plain)) {
      assertThat(Addresses.path(address)).hasToString(address);
      assertThat(NamedFiles.readString(Addresses.path(address))).isEqualTo("x");
    }
  }

  @Test
  void aFileThatIsNotThereIsSaidSo() {
    assertThatThrownBy(() -> NamedFiles.readString(run.resolve("x")))
        .isInstanceOf(NoSuchFileException.class)
        .hasMessage(run + "/x");
  }

  /// Java takes every IOException for an answer: nothing is there.
  @Test
  void aStoreThatDoesNotAnswerIsNotEmpty() {
    server.onCall(_ -> Optional.of(new Fault.Status(503)));
    Path latest = run.resolve("latest");
    List<Predicate<Path>> questions =
        List.of(
            path -> Files.exists(path),
            path -> Files.notExists(path),
            path -> Files.isRegularFile(path),
            path -> Files.isDirectory(path),
            Files::isReadable,
            path -> Files.exists(path, LinkOption.NOFOLLOW_LINKS),
            path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS));
    for (Predicate<Path> question : questions) {
      assertThatThrownBy(() -> question.test(latest))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "%s: whether it is there cannot be told (%s: HTTP 503 from 127.0.0.1); run it again"
                      .formatted(latest, latest)
                  + " once %s answers".formatted(server.address()));
    }
  }

  @Test
  void aDirectoryThatIsOnItsWayIsRefused() {
    push("global_step20");
    server.delete("/run/global_step20/" + Manifest.NAME);
    Path step = run.resolve("global_step20");
    assertThatThrownBy(() -> NamedFiles.readAllBytes(step.resolve("layer.pt")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            step
                + ": incomplete: it was not pushed to its end (neox-upload.json is there,"
                + " neox-manifest.json is not); take another one (iteration), or run the training"
                + " that pushes it again");
  }

  @Test
  void aDirectoryThatIsBeingReplacedIsRefused() {
    push("global_step20");
    server.put("/run/global_step20/" + Manifest.ANNOUNCEMENT, bytes("{}"));
    Path step = run.resolve("global_step20");
    assertThatThrownBy(() -> NamedFiles.readAllBytes(step.resolve("layer.pt")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            step
                + ": incomplete: it is being replaced by another of its name, or that was not pushed"
                + " to its end; take another one (iteration), or run the training that pushes it"
                + " again");
  }

  @Test
  void aDamagedFileIsRefused() {
    push("global_step20");
    server.put("/run/global_step20/layer.pt", bytes("weightS of global_step20"));
    assertThatThrownBy(() -> NamedFiles.readAllBytes(run.resolve("global_step20/layer.pt")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("/run/global_step20/layer.pt: its sha256 is")
        .hasMessageContaining("by its manifest (fetched 3 times): damaged there, or on the way");
    server.put("/run/global_step20/layer.pt", bytes("short"));
    assertThatThrownBy(() -> NamedFiles.readAllBytes(run.resolve("global_step20/layer.pt")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(
            "it has 5 bytes, but 24 by its manifest: damaged, or replaced by other means");
  }

  @Test
  void aLargeFileComesByBlocksUnlessItIsMapped() throws IOException {
    byte[] content = new byte[5 << 20];
    new Random(1).nextBytes(content);
    server.put("/data/x.bin", content);
    Path file = Addresses.path(server.address() + "/data/x.bin");
    try (FileChannel channel = NamedFiles.open(file)) {
      assertThat(channel.size()).isEqualTo(content.length);
      ByteBuffer some = ByteBuffer.allocate(10);
      channel.read(some, (3 << 20) - 5);
      assertThat(some.array()).isEqualTo(Arrays.copyOfRange(content, (3 << 20) - 5, (3 << 20) + 5));
      assertThat(server.calls())
          .contains("/data/x.bin bytes=2097152-3145727", "/data/x.bin bytes=3145728-4194303")
          .doesNotContain("/data/x.bin bytes=0-1048575");
      ByteBuffer all = ByteBuffer.allocate(content.length + 1);
      assertThat(channel.read(all, 0)).isEqualTo(content.length);
      assertThat(Arrays.copyOf(all.array(), content.length)).isEqualTo(content);
      assertThat(channel.read(all, content.length)).isEqualTo(-1);
      try (Arena arena = Arena.ofConfined()) {
        assertThat(
                channel
                    .map(MapMode.READ_ONLY, 0, content.length, arena)
                    .toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(content);
      }
    }
    assertThat(server.calls()).contains("/data/x.bin bytes=0-5242879");
  }

  @Test
  void aFolderOfAWebServerWithoutManifestCannotBeListed() {
    server.put("/run/latest", bytes("global_step20"));
    assertThatThrownBy(() -> Files.list(run))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("a web server does not say which files lie in a folder");
  }
}
