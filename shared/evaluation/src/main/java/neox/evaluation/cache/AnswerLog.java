package neox.evaluation.cache;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import neox.base.AtomicFile;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.base.text.Sha256;
import neox.evaluation.request.Request;
import neox.evaluation.request.Response;
import neox.python.PythonJson;

/// Answers of one model in a file that is only ever appended to, a line per answer: the CRC-32C of
/// the rest in eight digits, a blank, and a JSON object. A line that a killed process, a full disk
/// or another writer has torn does not fit its sum and counts as never written.
///
/// Mutable; used by one thread at a time. Several processes may append to the same file.
public final class AnswerLog implements AutoCloseable {
  private static final int SUM_DIGITS = 8;
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
    byte[] text = Json.line(AnswerJson.of(key, response)).getBytes(StandardCharsets.UTF_8);
    byte[] sum = ((lineIsOpen ? "\n" : "") + sum(text) + " ").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes = ByteBuffer.allocate(sum.length + text.length + 1);
    bytes.put(sum).put(text).put((byte) '\n').flip();
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
        readLine(Arrays.copyOfRange(bytes, from, to));
        from = to + 1;
      }
    }
    if (from < bytes.length) {
      lineIsOpen = true;
      readLine(Arrays.copyOfRange(bytes, from, bytes.length));
    }
  }

  private void readLine(byte[] line) {
    if (line.length == 0) {
      return; // closes a torn line
    }
    byte[] text = Arrays.copyOfRange(line, Math.min(line.length, SUM_DIGITS + 1), line.length);
    byte[] sum = (sum(text) + " ").getBytes(StandardCharsets.US_ASCII);
    if (!Arrays.equals(sum, Arrays.copyOf(line, sum.length))) {
      dropped++;
      return;
    }
    JsonNode json =
        Json.parse(new String(text, StandardCharsets.UTF_8), "an answer with the right sum");
    answers.put(AnswerJson.key(json), AnswerJson.response(json));
  }

  private static String sum(byte[] text) {
    CRC32C crc = new CRC32C();
    crc.update(text);
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
