package neox.hub.upload;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import neox.hub.LocalFile;
import org.junit.jupiter.api.Test;

class PortionsTest {
  private static final FileTime NOW = FileTime.fromMillis(0);

  @Test
  void boundsTheFilesOfACommit() {
    List<PlannedFile> files = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      files.add(regular("f" + i, 1));
    }
    assertThat(new Portions(2, 100).cut(files)).extracting(List::size).containsExactly(2, 2, 1);
    assertThat(new Portions(2, 100).cut(List.of())).isEmpty();
  }

  @Test
  void boundsTheBytesThatACommitCarriesItself() {
    PlannedFile large = new PlannedFile.Large(new LocalFile("b", Path.of("b"), 1000, NOW), "");
    assertThat(
            new Portions(9, 10)
                .cut(List.of(regular("a", 6), large, regular("c", 4), regular("d", 30))))
        .containsExactly(
            List.of(regular("a", 6), large, regular("c", 4)), List.of(regular("d", 30)));
  }

  @Test
  void beginsWithTheRulesForTheOthers() {
    assertThat(
            new Portions(2, 100)
                .cut(
                    List.of(
                        regular("#", 1), regular(".gitattributes", 1), regular(".gitignore", 1))))
        .containsExactly(
            List.of(regular(".gitattributes", 1), regular(".gitignore", 1)),
            List.of(regular("#", 1)));
  }

  private static PlannedFile regular(String path, long size) {
    return new PlannedFile.Regular(new LocalFile(path, Path.of(path), size, NOW), "");
  }
}
