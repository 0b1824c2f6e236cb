package neox.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path directory;

  @Test
  void appearsOnlyWhenCommitted() throws IOException {
    Path target = directory.resolve("a.txt");
    try (AtomicFile file = AtomicFile.create(target)) {
      file.stream().write('x');
      assertThat(target).doesNotExist();
      file.commit();
      assertThat(target).hasContent("x");
    }
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void leavesNothingWhenClosedWithoutCommit() throws IOException {
    Path target = Files.writeString(directory.resolve("a.txt"), "old");
    try (AtomicFile file = AtomicFile.create(target)) {
      file.stream().write('x');
    }
    assertThat(target).hasContent("old");
    assertThat(names()).containsExactly("a.txt");
  }

  @Test
  void replacesAFileAndMakesItsDirectory() throws IOException {
    Path target = directory.resolve("sub/a.txt");
    AtomicFile.write(target, "a long text");
    AtomicFile.write(target, "short");
    assertThat(target).hasContent("short");
  }

  @Test
  void deletesWhatAKilledProcessLeftButNothingElse() throws IOException {
    long dead = deadProcess();
    String here = ProcessSpace.here() + "-";
    Files.writeString(directory.resolve(".a.txt." + here + dead + ".tmp"), "half");
    Files.writeString(directory.resolve(".a.txt." + here + "1.tmp"), "of a process that runs");
    Files.writeString(directory.resolve(".b.txt." + here + dead + ".tmp"), "another file's");
    AtomicFile.write(directory.resolve("a.txt"), "x");
    assertThat(names())
        .containsExactly(".a.txt." + here + "1.tmp", ".b.txt." + here + dead + ".tmp", "a.txt");
  }

  @Test
  void leavesToOtherHostsWhatTheyMayStillWrite() throws IOException {
    Path written = Files.writeString(directory.resolve(".a.txt.7-1.tmp"), "half");
    Path left = Files.writeString(directory.resolve(".a.txt.7-2.tmp"), "half");
    Path earlier = Files.writeString(directory.resolve(".a.txt.3.tmp"), "half");
    FileTime twoDaysAgo = FileTime.from(Instant.now().minus(Duration.ofDays(2)));
    Files.setLastModifiedTime(left, twoDaysAgo);
    Files.setLastModifiedTime(earlier, twoDaysAgo);
    try (AtomicFile file = AtomicFile.create(directory.resolve("a.txt"))) {
      assertThat(names())
          .containsExactlyInAnyOrder(
              written.getFileName().toString(),
              ".a.txt.%d-%d.tmp".formatted(ProcessSpace.here(), ProcessHandle.current().pid()));
      file.commit();
    }
  }

  @Test
  void refusesToReplaceADirectory() throws IOException {
    Path target = Files.createDirectory(directory.resolve("a"));
    assertThatThrownBy(() -> AtomicFile.create(target))
        .isInstanceOf(UserException.class)
        .hasMessage(target + ": expected a file to write, found a directory");
    assertThat(names()).containsExactly("a");
  }

  private static long deadProcess() {
    for (long process = 4_000_000; ; process--) {
      if (ProcessHandle.of(process).isEmpty()) {
        return process;
      }
    }
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
