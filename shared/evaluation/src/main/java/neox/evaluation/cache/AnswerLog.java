package neox.evaluation.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import neox.base.AtomicFile;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.CheckedLine;
import neox.base.json.Json;
import neox.base.text.Sha256;
import neox.evaluation.request.Request;
import neox.evaluation.request.Response;
import neox.python.PythonJson;

/// Answers of one model in a file that is only ever appended to, a [CheckedLine] of a JSON object
/// for each.
///
/// Mutable; used by one thread at a time. Several processes may append to the same file.
public final class AnswerLog implements AutoCloseable {
  private static final int NAME_DIGITS = 16;

  private final FileChannel file;
  private final String identity;
  private final Map<String, Response> answers = new HashMap<>();
  private boolean lineIsOpen;
  private int dropped;

  private AnswerLog(FileChannel file, String identity) {
    this.file = file;
    this.identity = identity;
  }

  /// Opens the file of a model below `directory`, `NAME-DIGEST.answers`, and makes it if there is
  /// none. `NAME-DIGEST.json` beside it says which model that is.
  ///
  /// @param name what the file's name begins with
  /// @param model everything that its answers depend on
  public static AnswerLog open(Path directory, String name, ObjectNode model) throws IOException {
    if (Files.exists(directory) && !Files.isDirectory(directory)) {
      throw UserException.of("%s: is a file; expected a directory for answers", directory);
    }
    Files.createDirectories(directory);
    String identity = Sha256.of(PythonJson.line(model));
    String stem = name + "-" + identity.substring(0, NAME_DIGITS);
    Path description = directory.resolve(stem + ".json");
    if (!Files.exists(description)) {
      AtomicFile.write(description, PythonJson.indented(model) + "\n");
    }
    Path path = directory.resolve(stem + ".answers");
    FileChannel file =
        NamedFiles.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    AnswerLog log = new AnswerLog(file, identity);
    try {
      log.read(NamedFiles.readAllBytes(path));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
    return log;
  }

  /// How many answers there are.
  public int size() {
    return answers.size();
  }

  /// How many lines were found damaged.
  public int dropped() {
    return dropped;
  }

  /// What the model has answered.
  public Optional<Response> find(Request request) {
    return Optional.ofNullable(answers.get(key(request)));
  }

  /// Keeps an answer. A process that is killed after this call keeps it.
  public void add(Request request, Response response) throws IOException {
    String key = key(request);
    answers.put(key, response);
    byte[] line = CheckedLine.of(Json.line(AnswerJson.of(key, response)));
    ByteBuffer bytes = ByteBuffer.allocate(line.length + 1);
    if (lineIsOpen) {
      bytes.put((byte) '\n');
    }
    bytes.put(line).flip();
    lineIsOpen = true;
    while (bytes.hasRemaining()) {
      file.write(bytes);
    }
    lineIsOpen = false;
  }

  /// Two models that answer differently never share a key, whatever the file is called.
  private String key(Request request) {
    return Sha256.of(identity + PythonJson.line(AnswerJson.of(request)));
  }

  private void read(byte[] bytes) {
    int from = 0;
    for (int to = 0; to < bytes.length; to++) {
      if (bytes[to] == '\n') {
        readLine(bytes, from, to);
        from = to + 1;
      }
    }
    if (from < bytes.length) {
      lineIsOpen = true;
      readLine(bytes, from, bytes.length);
    }
  }

  private void readLine(byte[] bytes, int from, int to) {
    if (from == to) {
      return; // closes a torn line
    }
    Optional<String> text = CheckedLine.text(bytes, from, to);
    if (text.isEmpty()) {
      dropped++;
      return;
    }
    JsonNode json = Json.parse(text.get(), "an answer with the right sum");
    answers.put(AnswerJson.key(json), AnswerJson.response(json));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
