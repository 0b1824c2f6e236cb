package neox.hub.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.UserException;
import neox.hub.LocalFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalFolderTest {
  @TempDir Path root;

  @Test
  void listsFilesSortedByTheirPathInTheRepository() throws IOException {
    write("b.txt");
    write("a/z.txt");
    write("a.txt");
    assertThat(LocalFolder.scan(root).files())
        .extracting(LocalFile::path)
        .containsExactly("a.txt", "a/z.txt", "b.txt");
    assertThat(LocalFolder.scan(root).bytes()).isEqualTo(3);
  }

  @Test
  void leavesOutGitAndTheHubsCache() throws IOException {
    write("a.txt");
    write(".git/config");
    write("sub/.git/config");
    write(".cache/huggingface/x");
    write(".gitattributes");
    assertThat(LocalFolder.scan(root).files())
        .extracting(LocalFile::path)
        .containsExactly(".gitattributes", "a.txt");
  }

  @Test
  void followsLinksToFiles() throws IOException {
    write("a.txt");
    Files.createSymbolicLink(root.resolve("b.txt"), Path.of("a.txt"));
    assertThat(LocalFolder.scan(root).files()).hasSize(2);
  }

  @Test
  void refusesLinksToDirectoriesAndBrokenLinks() throws IOException {
    write("sub/a.txt");
    Path link = Files.createSymbolicLink(root.resolve("link"), Path.of("sub"));
    assertRefused(root, link + ": only files and links to files can be uploaded; move it away");
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("nowhere"));
    assertRefused(root, link + ": only files and links to files can be uploaded; move it away");
  }

  @Test
  void refusesPathsThatTheHubRefuses() throws IOException {
    write("sub/.cache/x");
    assertRefused(
        root,
        root.resolve("sub/.cache/x")
            + ": the hub refuses paths with a '.cache' part; move it away");
  }

  @Test
  void refusesWhatIsNoFolderWithFiles() throws IOException {
    assertRefused(root.resolve("x"), root.resolve("x") + ": no such directory");
    assertRefused(root, root + ": no files to upload");
    write("a.txt");
    Path file = root.resolve("a.txt");
    assertRefused(file, file + ": expected a directory to upload, found a file");
  }

  private static void assertRefused(Path folder, String message) {
    assertThatThrownBy(() -> LocalFolder.scan(folder))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }

  private void write(String path) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "x");
  }
}
