package neox.evaluation.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import neox.base.UserException;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.template.value.Printing;
import neox.template.value.Value;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlFilesTest {
  @TempDir private Path given;
  private Path folder;
  private final List<String> warnings = new ArrayList<>();

  @BeforeEach
  void findFolder() throws IOException {
    folder = given.toRealPath();
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private Fields read(String text) throws IOException {
    return new YamlFiles(warnings::add).read(write("a.yaml", text));
  }

  private String read(String key, String text) throws IOException {
    Fields fields = read(text);
    return Printing.repr(Objects.requireNonNull(fields.fields().get(Value.of(key))).node().value());
  }

  /// Each beside what PyYAML makes of it.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "yes|True",
        "No|False",
        "on|True",
        "y|'y'",
        "~|None",
        "null|None",
        "'null'|'null'",
        "12|12",
        "-1_000|-1000",
        "010|8",
        "08|'08'",
        "0x1f|31",
        "0b101|5",
        "1:30|90",
        "+7|7",
        "1.5|1.5",
        "1e5|'1e5'",
        "1.0e5|'1.0e5'",
        "1.0e+5|100000.0",
        ".5|0.5",
        "1.|1.0",
        "-.inf|-inf",
        ".nan|nan",
        "1_0.5|10.5",
        "2024-01-02|'2024-01-02'",
        "!!str 12|'12'",
        "!!float 3|3.0",
        "\"a\\/b\\/\"|'a/b/'",
        "'a\\/b'|'a\\\\/b'",
        "[a, 1, no]|['a', 1, False]",
        "{a: 1, 2: b}|{'a': 1, 2: 'b'}"
      })
  void wordsMeanWhatPyYamlTakesThemFor(String written, String expected) throws IOException {
    assertThat(read("k", "k: " + written + "\n")).isEqualTo(expected);
  }

  @Test
  void whatIsIncludedStandsBelowTheFilesOwnKeys() throws IOException {
    write("base", "a: 1\nb: 1\nc: 1\ntask_list: [x]\n");
    write("other", "b: 2\nc: 2\n");
    Fields fields = read("include: [base, other]\nc: 3\nd: {x: 1}\n");
    assertThat(fields.dict().keys().stream().map(Printing::str))
        .containsExactly("a", "b", "c", "d");
    assertThat(Printing.repr(fields.dict())).isEqualTo("{'a': 1, 'b': 2, 'c': 3, 'd': {'x': 1}}");
    assertThat(fields.get("a").orElseThrow().place()).hasToString(folder + "/base:1");
  }

  @Test
  void functionsBelongToTheFolderOfTheFileThatWritesThem() throws IOException {
    write("sub/base", "include: ../more\nprocess_docs: !function utils.process\n");
    write("more", "x: 1\n");
    Fields fields = read("include: sub/base\n");
    FunctionName function = (FunctionName) fields.get("process_docs").orElseThrow();
    assertThat(function.name()).isEqualTo("utils.process");
    assertThat(function.folder()).isEqualTo(folder.resolve("sub"));
    assertThat(fields.has("x")).isTrue();
  }

  @Test
  void aFileMustNotComeTwice() throws IOException {
    write("base", "include: a.yaml\n");
    refuses(
        "include: base\n", "/base:1: ", "/a.yaml is included a second time, or includes itself");
    write("base", "x: 1\n");
    refuses(
        "include: [base, base]\n",
        "/a.yaml:1: ",
        "/base is included a second time, or includes itself");
  }

  private void refuses(String text, String place, String problem) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(folder + place)
        .hasMessageContaining(problem);
  }

  @Test
  void mistakesAreNamedWithTheirLine() {
    refuses("a: 1\nb: [\n", "/a.yaml:3: ", "not valid YAML: ");
    refuses("- a\n", "/a.yaml:1: ", "expected 'key: value' lines, found a list");
    refuses("# nothing\n", "/a.yaml: ", "expected 'key: value' lines, found nothing");
    refuses("a: 1\n---\nb: 2\n", "/a.yaml:2: ", "not valid YAML: ");
    refuses("a: !!int x\n", "/a.yaml:1: ", "the tag tag:yaml.org,2002:int does not fit 'x'");
    refuses("a: !other x\n", "/a.yaml:1: ", "the tag !other does not fit 'x'");
    refuses("a: &x [*x]\n", "/a.yaml: ", "a value that contains itself");
    refuses("include: none.yaml\n", "/a.yaml:1: ", "there is no file");
    refuses("include: {a: 1}\n", "/a.yaml:1: ", "expected the name of a file to include");
    refuses("[a]: 1\n", "/a.yaml:1: ", "expected a name before ':', found a list");
    refuses("a: {<<: 3}\n", "/a.yaml:1: ", "expected a mapping, or a list of mappings, to merge");
  }

  @Test
  void aliasesAndMergesAreUnfolded() throws IOException {
    String text = "a: &a {x: 1, y: 1}\nb: {<<: *a, y: 2}\nc: {<<: [*a, {x: 3, z: 3}]}\n";
    assertThat(read("b", text)).isEqualTo("{'x': 1, 'y': 2}");
    assertThat(read("c", text)).isEqualTo("{'x': 1, 'z': 3, 'y': 1}");
  }

  @Test
  void theLastOfEqualKeysCountsWithAWarning() throws IOException {
    assertThat(read("a", "a: 1\nb: 2\na: 3\n")).isEqualTo("3");
    assertThat(warnings)
        .containsExactly(folder + "/a.yaml:3: this key stands in line 1, too; the last one counts");
  }
}
