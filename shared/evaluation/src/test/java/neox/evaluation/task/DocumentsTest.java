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
import neox.evaluation.TaskText;
import neox.evaluation.document.Document;
import neox.evaluation.document.ValueJson;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
  @TempDir private Path directory;
  private Task piqa;

  private Task task(String more) throws IOException {
    return TaskText.task(
        directory,
        """
        task: piqa
        dataset_path: baber/piqa
        validation_split: validation
        output_type: multiple_choice
        """
            + more);
  }

  @BeforeEach
  void makeATask() throws IOException {
    piqa = task("doc_to_text: \"{{goal}}\"\ndoc_to_target: label\ndoc_to_choice: [a, b]\n");
  }

  private List<Document> read(String... lines) throws IOException {
    Path file = Files.createDirectories(directory.resolve("piqa")).resolve("validation.jsonl");
    Files.write(file, List.of(lines));
    return new Documents(directory).read(piqa, "validation");
  }

  private void refuses(String message, String... lines) {
    assertThatThrownBy(() -> read(lines))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(directory.resolve("piqa/validation.jsonl") + message);
  }

  @Test
  void everyDocumentHasEveryColumnInTheOrderOfTheFirst() throws IOException {
    List<Document> documents = read("{\"b\": 1, \"a\": 2}", "", "{\"a\": 3, \"c\": 4}");
    assertThat(ValueJson.of(documents.get(0).fields())).hasToString("{\"b\":1,\"a\":2,\"c\":null}");
    assertThat(ValueJson.of(documents.get(1).fields())).hasToString("{\"b\":null,\"a\":3,\"c\":4}");
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
    assertThatThrownBy(() -> new Documents(directory).read(piqa, "validation"))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ":1: not valid UTF-8");
  }

  private void refusesToBuild(String more, String message, String line) throws IOException {
    Path file = Files.createDirectories(directory.resolve("piqa")).resolve("validation.jsonl");
    Files.write(file, List.of(line));
    InstanceBuilder builder =
        new InstanceBuilder(
            new Documents(directory), 1, Optional.<Double>empty(), PromptStyle.PLAIN);
    Task task = task(more);
    assertThatThrownBy(() -> builder.build(task, Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessage(file + ":1: " + message);
  }

  @Test
  void namesTheDocumentThatATemplateCannotRead() throws IOException {
    String good = "doc_to_target: 0\ndoc_to_choice: [a, b]\n";
    String where = directory.resolve("task.yaml") + ":5: ";
    refusesToBuild(
        "doc_to_text: \"{{goal}}\"\n" + good,
        where + "doc_to_text:1: 'goal' is undefined",
        "{\"sol1\": \"x\"}");
    refusesToBuild(
        "doc_to_text: q\ndoc_to_target: 7\ndoc_to_choice: \"{{q}}\"\n",
        "expected a number or a list as Python writes it, found \"two\"",
        "{\"q\": \"two\"}");
    refusesToBuild(
        "doc_to_text: Why\ndoc_to_target: 7\ndoc_to_choice: q\n",
        "doc_to_choice must give a list of texts, found [1]",
        "{\"q\": [1]}");
    refusesToBuild(
        "doc_to_text: q\n" + good,
        "the question must be a text, found None; the first document of task piqa asks one",
        "{\"q\": null}");
  }

  @Test
  void readsBehindAByteOrderMarkAndWithAnyEndOfLine() throws IOException {
    assertThat(read("\ufeff{\"a\": 1}\r", "", " \r", "{\"a\": 2}"))
        .extracting(document -> document.integer("a"))
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
      assertThat(new Documents(directory).read(piqa, "validation")).hasSize(1);
      written.get();
    }
    Files.delete(pipe);
    Files.createSymbolicLink(pipe, Path.of("/dev/zero"));
    assertThatThrownBy(() -> new Documents(directory).read(piqa, "validation"))
        .hasMessage(pipe + ": expected a file or a pipe, found a device");
    Files.delete(pipe);
    Files.createDirectory(pipe);
    assertThatThrownBy(() -> new Documents(directory).read(piqa, "validation"))
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
        new Documents(directory).read(piqa, "validation").forEach(Document::fields);
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
