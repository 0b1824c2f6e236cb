package neox.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    Files.writeString(directory.resolve(".a.txt." + dead + ".tmp"), "half");
    Files.writeString(directory.resolve(".a.txt.1.tmp"), "of a process that runs");
    Files.writeString(directory.resolve(".b.txt." + dead + ".tmp"), "another file's");
    AtomicFile.write(directory.resolve("a.txt"), "x");
    assertThat(names()).containsExactly(".a.txt.1.tmp", ".b.txt." + dead + ".tmp", "a.txt");
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
