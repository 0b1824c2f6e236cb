package neox.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicDirectoryTest {
  @TempDir Path root;

  @Test
  void appearsOnlyWhenCommitted() throws IOException {
    Path target = root.resolve("made");
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      write(directory.path().resolve("sub/a.txt"), "x");
      assertThat(target).doesNotExist();
      directory.commit();
      assertThat(target.resolve("sub/a.txt")).hasContent("x");
    }
    assertThat(names()).containsExactly("made");
  }

  @Test
  void appearsWholeWithoutWaitingForTheDisk() throws IOException {
    Path target = root.resolve("made");
    try (AtomicDirectory directory = AtomicDirectory.create(target)) {
      Path inside = directory.path().resolve("a.txt");
      AtomicFile.write(inside, "x", Durability.HANDED_OVER);
      assertThat(target).doesNotExist();
      directory.commit(Durability.HANDED_OVER);
    }
    assertThat(target.resolve("a.txt")).hasContent("x");
    assertThat(names()).containsExactly("made");
  }

  @Test
  void leavesNothingWhenClosedWithoutCommit() throws IOException {
    write(root.resolve("made/a.txt"), "old");
    try (AtomicDirectory directory = AtomicDirectory.create(root.resolve("made"))) {
      write(directory.path().resolve("a.txt"), "new");
    }
    assertThat(root.resolve("made/a.txt")).hasContent("old");
    assertThat(names()).containsExactly("made");
  }

  @Test
  void replacesADirectoryAsAWhole() throws IOException {
    write(root.resolve("made/old.txt"), "old");
    replace("new");
    assertThat(root.resolve("made/old.txt")).doesNotExist();
    assertThat(root.resolve("made/a.txt")).hasContent("new");
    assertThat(names()).containsExactly("made");
  }

  @Test
  void startsFromNothingAfterAProcessThatWasKilledWhileWriting() throws IOException {
    write(root.resolve(".made.tmp/half.txt"), "half");
    replace("new");
    assertThat(root.resolve("made/half.txt")).doesNotExist();
    assertThat(names()).containsExactly("made");
  }

  @Test
  void putsTheOldDirectoryBackAfterAProcessThatWasKilledBetweenTheTwoRenames() throws IOException {
    write(root.resolve(".made.old/a.txt"), "old");
    write(root.resolve(".made.tmp/a.txt"), "new");
    AtomicDirectory.create(root.resolve("made")).close();
    assertThat(root.resolve("made/a.txt")).hasContent("old");
    assertThat(names()).containsExactly("made");
  }

  @Test
  void deletesTheOldDirectoryAfterAProcessThatWasKilledAfterTheTwoRenames() throws IOException {
    write(root.resolve(".made.old/a.txt"), "old");
    write(root.resolve("made/a.txt"), "new");
    AtomicDirectory.create(root.resolve("made")).close();
    assertThat(root.resolve("made/a.txt")).hasContent("new");
    assertThat(names()).containsExactly("made");
  }

  @Test
  void commitsFilesThatMayOnlyBeRead() throws IOException {
    try (AtomicDirectory directory = AtomicDirectory.create(root.resolve("made"))) {
      Path file = write(directory.path().resolve("a.txt"), "x");
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
      directory.commit();
    }
    assertThat(root.resolve("made/a.txt")).hasContent("x");
  }

  @Test
  void deletesATreeButNotWhatItsLinksLeadTo() throws IOException {
    Path kept = write(root.resolve("kept/a.txt"), "x");
    Files.createDirectories(root.resolve("tree"));
    Files.createSymbolicLink(root.resolve("tree/link"), kept.getParent());
    AtomicDirectory.deleteTree(root.resolve("tree"));
    AtomicDirectory.deleteTree(root.resolve("never there"));
    assertThat(kept).exists();
    assertThat(names()).containsExactly("kept");
  }

  private void replace(String text) throws IOException {
    try (AtomicDirectory directory = AtomicDirectory.create(root.resolve("made"))) {
      write(directory.path().resolve("a.txt"), text);
      directory.commit();
    }
  }

  private static Path write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
