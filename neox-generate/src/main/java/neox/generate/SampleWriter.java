package neox.generate;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.AtomicFile;
import neox.base.UserException;

/// Where the samples go: standard output at once, or a file that appears when all are written.
sealed interface SampleWriter extends AutoCloseable {
  void write(Sample sample) throws IOException;

  /// All samples are written.
  void commit() throws IOException;

  @Override
  void close() throws IOException;

  /// A writer onto standard output, or onto a file, which is refused here when it cannot be made.
  static SampleWriter open(GenerateSettings.Output output, PrintStream stdout) throws IOException {
    if (output.file().isEmpty()) {
      return new ToStream(stdout, output.format());
    }
    Path file = output.file().get();
    requireFree(file, output.existing());
    return new ToFile(AtomicFile.create(file), output.format());
  }

  private static void requireFree(Path file, GenerateSettings.Existing existing) {
    if (!Files.exists(file) || Files.isDirectory(file)) {
      return; // a directory is refused where the file is made
    }
    if (!Files.isRegularFile(file)) {
      throw new UserException(file + ": is no regular file; give - to write to standard output");
    }
    if (existing == GenerateSettings.Existing.KEEP) {
      throw new UserException(file + ": is there already; add --overwrite to replace it");
    }
  }

  private static String written(Sample sample, GenerateSettings.Format format) {
    return switch (format) {
      case JSON -> sample.toJson() + "\n";
      case TEXT -> sample.toText() + "\n\n";
    };
  }

  /// See [#open]; the stream stays open.
  record ToStream(PrintStream stream, GenerateSettings.Format format) implements SampleWriter {
    @Override
    public void write(Sample sample) throws IOException {
      stream.print(written(sample, format));
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
  record ToFile(AtomicFile file, GenerateSettings.Format format) implements SampleWriter {
    @Override
    public void write(Sample sample) throws IOException {
      file.stream().write(written(sample, format).getBytes(StandardCharsets.UTF_8));
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
