package neox.preprocess;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import neox.base.AtomicFile;
import neox.base.NamedFiles;
import neox.base.json.Json;
import neox.data.indexed.WorkDirectory;
import neox.preprocess.encode.OnError;
import neox.preprocess.input.Problem;

/// The list of what was left out, one line of JSON each. Not thread-safe.
final class SkipReport implements AutoCloseable {
  private static final String FILE = "skipped.jsonl";
  private static final int BUFFER_BYTES = 1 << 16;

  private final FileChannel channel;
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream();

  private SkipReport(FileChannel channel) {
    this.channel = channel;
  }

  /// Goes on behind the first `length` bytes.
  static SkipReport open(WorkDirectory work, long length) throws IOException {
    Path path = work.file(FILE);
    FileChannel channel =
        NamedFiles.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    channel.truncate(length);
    channel.position(length);
    return new SkipReport(channel);
  }

  /// @param file the file of the corpus that the problem is in
  void add(String file, Problem problem) throws IOException {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("file", file);
    if (problem.source().startsWith(file + "!")) {
      line.put("member", problem.source().substring(file.length() + 1));
    }
    problem.line().ifPresent(number -> line.put("line", number));
    line.put("problem", problem.what());
    buffer.writeBytes((Json.line(line) + "\n").getBytes(StandardCharsets.UTF_8));
    if (buffer.size() > BUFFER_BYTES) {
      flush();
    }
  }

  private void flush() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(buffer.toByteArray());
    buffer.reset();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /// Forces it to disk; returns its length.
  long save() throws IOException {
    flush();
    channel.force(true);
    return channel.size();
  }

  /// Gives the report in `work` its name. Where nothing was left out there is none.
  ///
  /// @param onError of this run: one that stops at bad rows has no report, and a file of that name
  ///   is not its own
  static void publish(WorkDirectory work, Path target, OnError onError) throws IOException {
    Path path = work.file(FILE);
    if (!Files.exists(path)) {
      return; // published before a crash
    }
    if (Files.size(path) == 0) {
      if (onError == OnError.SKIP) {
        Files.deleteIfExists(target);
      }
      return;
    }
    try {
      Files.move(path, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) { // on another file system
      try (AtomicFile copy = AtomicFile.create(target)) {
        NamedFiles.copy(path, copy.stream());
        copy.commit();
      }
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
