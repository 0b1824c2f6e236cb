package neox.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcePackageTest {
  @TempDir Path root;

  @Test
  void noPackageIsCrowdedWithoutAReason() throws IOException {
    List<SourcePackage> packages = SourcePackage.below(ArchitecturePage.ROOT);
    assertThat(packages.stream().map(SourcePackage::name))
        .contains("neox.base", "neox.preprocess.input", "neox.upload");
    assertThat(packages.stream().map(SourcePackage::crowding).flatMap(Optional::stream)).isEmpty();
  }

  @Test
  void findsThePackageThatIsCrowded() throws IOException {
    write(31, "/// Everything.");
    assertThat(crowding())
        .containsExactly(
            "neox.hall has 31 files; split it, or say in its package-info"
                + " \"more than 30 files because …\"");
  }

  @Test
  void countsNeitherThePackageInfoNorPackagesBelowNorTests() throws IOException {
    write(30, "/// Everything.");
    Files.createDirectories(root.resolve("shared/x/src/test/java/neox/hall"));
    Files.createFile(root.resolve("shared/x/src/test/java/neox/hall/MoreTest.java"));
    Files.createDirectories(hall().resolve("room"));
    Files.createFile(hall().resolve("room/More.java"));
    assertThat(crowding()).isEmpty();
  }

  @Test
  void acceptsAReasonThatIsBrokenIntoLines() throws IOException {
    write(40, "/// Everything. It has more than 30\n/// files because each is a norm.");
    assertThat(crowding()).isEmpty();
  }

  @Test
  void aReasonInPlainCommentsDoesNotCount() throws IOException {
    write(31, "// more than 30 files because nobody looked");
    assertThat(crowding()).hasSize(1);
  }

  private Path hall() {
    return root.resolve("shared/x/src/main/java/neox/hall");
  }

  private void write(int files, String comment) throws IOException {
    Files.createDirectories(hall());
    Files.writeString(hall().resolve("package-info.java"), comment + "\npackage neox.hall;\n");
    for (int i = 0; i < files; i++) {
      Files.createFile(hall().resolve("File" + i + ".java"));
    }
  }

  private List<String> crowding() throws IOException {
    return SourcePackage.below(root).stream()
        .map(SourcePackage::crowding)
        .flatMap(Optional::stream)
        .toList();
  }
}
