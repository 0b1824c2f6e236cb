package neox.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
  @TempDir private Path directory;

  private static Task task(String name) {
    return TaskCatalogue.builtIn().find(List.of(name)).getFirst();
  }

  private List<Document> read(String... lines) throws IOException {
    Path file = Files.createDirectories(directory.resolve("piqa")).resolve("validation.jsonl");
    Files.write(file, List.of(lines));
    return new Documents(directory).read(task("piqa"), "validation");
  }

  private void refuses(String message, String... lines) {
    assertThatThrownBy(() -> read(lines))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(directory.resolve("piqa/validation.jsonl") + message);
  }

  @Test
  void everyDocumentHasEveryColumnInTheOrderOfTheFirst() throws IOException {
    List<Document> documents = read("{\"b\": 1, \"a\": 2}", "", "{\"a\": 3, \"c\": 4}");
    assertThat(documents.get(0).fields()).hasToString("{\"b\":1,\"a\":2,\"c\":null}");
    assertThat(documents.get(1).fields()).hasToString("{\"b\":null,\"a\":3,\"c\":4}");
    assertThat(documents.get(1).where()).endsWith("validation.jsonl:3");
  }

  @Test
  void namesTheLineThatIsNotAnObject() {
    refuses(":2: not valid JSON: ", "{}", "{\"a\": ");
    refuses(":1: expected a JSON object, found ARRAY", "[1]");
    refuses(": the file has no documents");
  }

  @Test
  void namesTheFileThatIsNotUtf8() throws IOException {
    Path file = Files.createDirectories(directory.resolve("piqa")).resolve("validation.jsonl");
    Files.write(file, new byte[] {'{', '"', (byte) 0xff, '"', '}'});
    assertThatThrownBy(() -> new Documents(directory).read(task("piqa"), "validation"))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ": the file is not valid UTF-8");
  }

  private void refusesToBuild(String task, String split, String message, String line)
      throws IOException {
    Path file = Files.createDirectories(directory.resolve(task)).resolve(split + ".jsonl");
    Files.write(file, List.of(line));
    InstanceBuilder builder =
        new InstanceBuilder(new Documents(directory), 1, Optional.<Double>empty());
    assertThatThrownBy(() -> builder.build(task(task), Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ":1: " + message);
  }

  @Test
  void namesTheFieldThatADocumentLacksOrGetsWrong() throws IOException {
    refusesToBuild(
        "piqa",
        "validation",
        "the document has no \"goal\"; its fields are sol1, label",
        "{\"sol1\": \"x\", \"label\": 0}");
    refusesToBuild(
        "piqa",
        "validation",
        "\"label\" must be an integer, found \"two\"",
        "{\"goal\": \"g\", \"sol1\": \"x\", \"sol2\": \"y\", \"label\": \"two\"}");
    refusesToBuild("lambada_openai", "test", "\"text\" must be text, found 3", "{\"text\": 3}");
    refusesToBuild(
        "arc_easy",
        "test",
        "\"answerKey\" E is none of the labels [\"A\"]",
        "{\"question\": \"q\", \"choices\": {\"text\": [\"x\"], \"label\": [\"A\"]},"
            + " \"answerKey\": \"E\"}");
    refusesToBuild(
        "arc_easy",
        "test",
        "\"choices.label\" must be a list of texts, found []",
        "{\"question\": \"q\", \"choices\": {\"text\": [\"x\"], \"label\": []},"
            + " \"answerKey\": \"E\"}");
  }
}
