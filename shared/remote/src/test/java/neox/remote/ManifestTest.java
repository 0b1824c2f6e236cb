package neox.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
  private static final String SUM_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path directory;

  @Test
  void namesEveryFileButItselfAndHiddenOnes() throws IOException {
    Files.createDirectories(directory.resolve("configs"));
    for (String name :
        new String[] {"b.pt", "configs/a.yml", ".mark", Manifest.NAME, Manifest.ANNOUNCEMENT}) {
      Files.writeString(directory.resolve(name), "abc");
    }
    Manifest manifest = Manifest.of(directory);
    assertThat(manifest.files())
        .containsExactly(
            new Manifest.Entry("b.pt", 3, SUM_OF_ABC),
            new Manifest.Entry("configs/a.yml", 3, SUM_OF_ABC));
    assertThat(manifest.bytes()).isEqualTo(6);
    assertThat(Manifest.parse(manifest.json(), "here")).isEqualTo(manifest);
    assertThat(new String(manifest.json(), StandardCharsets.UTF_8))
        .contains("\"format\" : 1", "\"path\" : \"b.pt\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | here: expected a manifest of format 1
          {"format":2,"files":[]} | here: expected a manifest of format 1
          {"format":1,"files":[{"path":"../x","bytes":1,"sha256":"%s"}]} | here: '../x' is no entry of a manifest
          {"format":1,"files":[{"path":"/x","bytes":1,"sha256":"%s"}]} | here: '/x' is no entry of a manifest
          {"format":1,"files":[{"path":"x","bytes":1,"sha256":"12"}]} | here: 'x' is no entry of a manifest
          """)
  void refusesWhatIsNone(String json, String message) {
    byte[] bytes = json.replace("%s", SUM_OF_ABC).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Manifest.parse(bytes, "here"))
        .isInstanceOf(UserException.class)
        .hasMessage(message);
  }
}
