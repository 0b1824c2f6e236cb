package neox.evaluation.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
        .hasMessage(file + ":1: not valid UTF-8");
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

  @Test
  void readsBehindAByteOrderMarkAndWithAnyEndOfLine() throws IOException {
    assertThat(read("\ufeff{\"a\": 1}\r", "", " \r", "{\"a\": 2}"))
        .extracting(document -> document.fields().get("a").intValue())
        .containsExactly(1, 2);
    refuses(":2: not valid JSON: ", "{}", "\ufeff{}");
  }

  @Test
  void refusesHalfASurrogatePairWithItsLine() {
    String problem = ": a text holds half a surrogate pair, which is no character";
    refuses(":2" + problem, "{}", "{\"a\": [{\"b\": \"x\\ud83d\"}]}");
  }

  @Test
  void readsAPipeAndRefusesWhatNeverEnds() throws Exception {
    Path folder = Files.createDirectories(directory.resolve("piqa"));
    Path pipe = folder.resolve("validation.jsonl");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (ExecutorService writer = Executors.newSingleThreadExecutor()) {
      Future<Path> written = writer.submit(() -> Files.writeString(pipe, "{\"a\": 1}\n"));
      assertThat(new Documents(directory).read(task("piqa"), "validation")).hasSize(1);
      written.get();
    }
    Files.delete(pipe);
    Files.createSymbolicLink(pipe, Path.of("/dev/zero"));
    assertThatThrownBy(() -> new Documents(directory).read(task("piqa"), "validation"))
        .hasMessage(pipe + ": expected a file or a pipe, found a device");
    Files.delete(pipe);
    Files.createDirectory(pipe);
    assertThatThrownBy(() -> new Documents(directory).read(task("piqa"), "validation"))
        .hasMessage(pipe + ": expected a file or a pipe, found a directory");
  }

  /// Whatever a file holds, it is read, or refused in one line that names it.
  @Test
  void survivesAnyDamage() throws IOException {
    Path folder = Files.createDirectories(directory.resolve("piqa"));
    Path file = folder.resolve("validation.jsonl");
    byte[] good =
        """
        {"goal": "g\\u00e9", "sol1": "a", "sol2": "b", "label": 1, "x": [1, {"y": null}]}
        {"goal": "é😀", "sol1": "", "sol2": "\\n", "label": 0, "x": -1.5e10}
        """
            .getBytes(StandardCharsets.UTF_8);
    Random random = new Random(17);
    int refused = 0;
    for (int i = 0; i < 1500; i++) {
      Files.write(file, mutated(good, random));
      try {
        new Documents(directory).read(task("piqa"), "validation").forEach(Document::fields);
      } catch (UserException e) {
        refused++;
        assertThat(e.getMessage()).startsWith(file.toString());
      }
    }
    assertThat(refused).isBetween(300, 1490);
  }

  private static byte[] mutated(byte[] good, Random random) {
    byte[] bytes = good.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(bytes.length);
      byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes = Arrays.copyOf(bytes, at + 1);
        case 2 -> bytes = joined(bytes, at, "[".repeat(random.nextInt(3000)), rest);
        default -> bytes = joined(bytes, at, PIECES.get(random.nextInt(PIECES.size())), rest);
      }
    }
    return bytes;
  }

  private static final List<String> PIECES =
      List.of(
          "\\ud800",
          "\"",
          "{",
          "}",
          ",",
          "1e999",
          "9".repeat(2000),
          "\0",
          "\ufeff",
          "NaN",
          "\n",
          ":",
          "null");

  private static byte[] joined(byte[] head, int to, String middle, byte[] tail) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(head, 0, to);
    joined.writeBytes(middle.getBytes(StandardCharsets.UTF_8));
    joined.writeBytes(tail);
    return joined.toByteArray();
  }
}
