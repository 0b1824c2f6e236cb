package neox.generate;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.AtomicFile;

/// Where the JSON lines go: standard output at once, or a file that appears when all are written.
sealed interface SampleWriter extends AutoCloseable {
  void write(Sample sample) throws IOException;

  /// All samples are written.
  void commit() throws IOException;

  @Override
  void close() throws IOException;

  /// A writer onto standard output when `output` is empty or `-`, else onto that file.
  static SampleWriter open(Optional<Path> output, PrintStream stdout) throws IOException {
    return output.isEmpty() || output.get().toString().equals("-")
        ? new ToStream(stdout)
        : new ToFile(AtomicFile.create(output.get()));
  }

  /// See [#open]; the stream stays open.
  record ToStream(PrintStream stream) implements SampleWriter {
    @Override
    public void write(Sample sample) throws IOException {
      stream.println(sample.toJson());
      if (stream.checkError()) {
        throw new IOException("Broken pipe");
      }
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }

  /// See [#open].
  record ToFile(AtomicFile file) implements SampleWriter {
    @Override
    public void write(Sample sample) throws IOException {
      file.stream().write((sample.toJson() + "\n").getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void commit() throws IOException {
      file.commit();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
