package neox.base;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.CopyOption;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.List;
import neox.base.text.TextBytes;
import neox.base.text.Utf8Check;

/// Opens files so that whatever fails later, the failure names the file: [java.nio.file.Files] and
/// [FileChannel] do so only when they open one, and say "No space left on device" or "Is a
/// directory" afterwards. The methods are called as theirs. All text is UTF-8.
public final class NamedFiles {
  /// [FileChannel#open].
  public static FileChannel open(Path file, OpenOption... options) throws IOException {
    return open(file, file, options);
  }

  /// Opens one file under the name of another: the hidden one that is written, under the name that
  /// it will get.
  static FileChannel open(Path file, Path name, OpenOption... options) throws IOException {
    return new NamedChannel(FileChannel.open(file, options), name.toString());
  }

  /// The same past the page cache, see [UncachedWrites].
  static FileChannel openUncached(Path file, Path name, OpenOption... options) throws IOException {
    FileChannel channel = FileChannel.open(file, options);
    return new NamedChannel(channel, UncachedWrites.of(channel, file), name.toString());
  }

  public static InputStream newInputStream(Path file) throws IOException {
    return NamedStreams.input(Files.newInputStream(file), file.toString());
  }

  public static OutputStream newOutputStream(Path file, OpenOption... options) throws IOException {
    return NamedStreams.output(Files.newOutputStream(file, options), file.toString());
  }

  /// Text that is not UTF-8 is a [java.nio.charset.CharacterCodingException], as theirs.
  public static BufferedReader newBufferedReader(Path file) throws IOException {
    return new BufferedReader(
        new InputStreamReader(newInputStream(file), StandardCharsets.UTF_8.newDecoder()));
  }

  public static BufferedWriter newBufferedWriter(Path file, OpenOption... options)
      throws IOException {
    return new BufferedWriter(
        new OutputStreamWriter(newOutputStream(file, options), StandardCharsets.UTF_8));
  }

  public static byte[] readAllBytes(Path file) throws IOException {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw NamedStreams.named(e, file.toString());
    }
  }

  /// The text of a file; [UserException] `file:line: …` when it is not UTF-8.
  public static String readString(Path file) throws IOException {
    byte[] bytes = readAllBytes(file);
    int invalid = Utf8Check.firstInvalid(bytes, 0, bytes.length);
    if (invalid >= 0) {
      throw UserException.of(
          "%s:%d: expected text in UTF-8, found byte 0x%02x%s",
          file,
          1 + TextBytes.lineFeeds(bytes, invalid),
          bytes[invalid] & 0xff,
          Utf8Check.hint(bytes, 0, bytes.length, invalid));
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /// The lines of [#readString].
  public static List<String> readAllLines(Path file) throws IOException {
    return readString(file).lines().toList();
  }

  public static void writeString(Path file, String text, OpenOption... options) throws IOException {
    try (OutputStream out = newOutputStream(file, options)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  /// Copies a file to a place; a failure names both.
  public static void copy(Path from, Path to, CopyOption... options) throws IOException {
    try {
      Files.copy(from, to, options);
    } catch (IOException e) {
      throw NamedStreams.named(e, from.toString(), to.toString());
    }
  }

  /// Copies a file's bytes to a stream.
  public static void copy(Path from, OutputStream to) throws IOException {
    try (InputStream in = newInputStream(from)) {
      in.transferTo(to);
    }
  }

  private NamedFiles() {}
}
