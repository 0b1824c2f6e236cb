package neox.generate.sample;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.AtomicFile;
import neox.base.UserException;

/// Where the samples go: standard output at once, or a file that appears when all are written.
public sealed interface SampleWriter extends AutoCloseable {
  void write(String sample) throws IOException;

  /// All samples are written.
  void commit() throws IOException;

  @Override
  void close() throws IOException;

  /// A writer onto standard output, or onto a file, which is refused here when it cannot be made.
  static SampleWriter open(Output output, PrintStream stdout) throws IOException {
    return output.file().isEmpty() ? new ToStream(stdout) : toFile(output);
  }

  /// A writer onto a file, or one that drops everything where none is named.
  static SampleWriter record(Output output) throws IOException {
    return output.file().isEmpty()
        ? new ToStream(new PrintStream(PrintStream.nullOutputStream()))
        : toFile(output);
  }

  private static SampleWriter toFile(Output output) throws IOException {
    Path file = output.file().orElseThrow();
    requireFree(file, output.existing());
    return new ToFile(AtomicFile.create(file));
  }

  private static void requireFree(Path file, Output.Existing existing) {
    if (!Files.exists(file) || Files.isDirectory(file)) {
      return; // a directory is refused where the file is made
    }
    if (!Files.isRegularFile(file)) {
      throw new UserException(file + ": is no regular file; give - to write to standard output");
    }
    if (existing == Output.Existing.KEEP) {
      throw new UserException(file + ": is there already; add --overwrite to replace it");
    }
  }

  /// See [#open]; the stream stays open.
  record ToStream(PrintStream stream) implements SampleWriter {
    @Override
    public void write(String sample) throws IOException {
      stream.print(sample);
      stream.flush(); // who watches sees each sample as it is ready
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
    public void write(String sample) throws IOException {
      file.stream().write(sample.getBytes(StandardCharsets.UTF_8));
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
