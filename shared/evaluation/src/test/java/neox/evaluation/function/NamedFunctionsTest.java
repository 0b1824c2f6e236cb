package neox.evaluation.function;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import neox.base.UserException;
import neox.evaluation.yaml.Place;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedFunctionsTest {
  private static final TaskFunction.OfDocument TEXT = document -> Value.of("text");
  private static final TaskFunction.OfDocument OTHER = document -> Value.of("other");
  private static final NamedFunctions FUNCTIONS =
      new NamedFunctions(
          Map.of("wsc/utils.text", TEXT, "super_glue/wsc/utils.text", OTHER, "a/b/c.f", TEXT));

  private static FunctionName name(String folder, String name) {
    Path path = Path.of(folder);
    return new FunctionName(name, path, new Place(path.resolve("t.yaml"), 3));
  }

  @Test
  void aFileFindsTheFunctionOfItsFolderWhereverThatIs() {
    assertThat(FUNCTIONS.find(name("/home/me/wsc", "utils.text"))).contains(TEXT);
    assertThat(FUNCTIONS.find(name("/x/super_glue/wsc", "utils.text"))).contains(OTHER);
    assertThat(FUNCTIONS.find(name("/home/me/wsc", "utils.txt"))).isEmpty();
    assertThat(FUNCTIONS.find(name("/home/me/mine", "utils.text"))).isEmpty();
  }

  @Test
  void dotsOfAModuleAreFolders() {
    assertThat(FUNCTIONS.find(name("/x/a", "b.c.f"))).contains(TEXT);
    assertThat(FUNCTIONS.find(name("/x", "lm_eval.tasks.wsc.utils.text"))).contains(TEXT);
  }

  @Test
  void saysWhatToWriteInsteadOfAFunctionThatIsNotHere() {
    assertThatThrownBy(() ->
            FUNCTIONS.require(name("/x/mine", "utils.f"), FunctionRole.DOCUMENT, "doc_to_text"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "/x/mine/t.yaml:3: doc_to_text: the Python function utils.f of the folder 'mine' cannot"
                + " be run here, and there is none in its place; write a template, such as"
                + " \"{{question}}\"");
    assertThatThrownBy(() ->
            FUNCTIONS.require(name("/x/wsc", "utils.text"), FunctionRole.VALUES, "aggregation"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("aggregation: the function utils.text is no function for this key");
  }

  @Test
  void namesHaveAFolderAModuleAndAFunction() {
    assertThatThrownBy(() -> new NamedFunctions(Map.of("utils.text", TEXT)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void besideFilesOfAJarThatIsClosedThereIsNoSource(@TempDir Path directory) throws IOException {
    Path inside;
    try (FileSystem jar =
        FileSystems.newFileSystem(directory.resolve("x.jar"), Map.of("create", "true"))) {
      inside = jar.getPath("/tasks/wsc");
    }
    FunctionName function =
        new FunctionName("utils.text", inside, new Place(inside.resolve("t.yaml"), 3));
    assertThat(NamedFunctions.source(function)).isEmpty();
    assertThat(FUNCTIONS.find(function)).contains(TEXT);
    Files.writeString(directory.resolve("utils.py"), "");
    assertThat(NamedFunctions.source(name(directory.toString(), "utils.text")))
        .contains(directory.resolve("utils.py"));
  }
}
