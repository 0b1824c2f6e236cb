package neox.base;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/// A file that is read from its first byte to its last: a regular file, or a pipe, which ends when
/// its writer closes it. Anything else has no end, or no bytes, and is refused by its name.
public final class ReadableFile {
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  /// Opens a file; [UserException] when it is a directory or a device, or is not there.
  public static InputStream open(Path file) throws IOException {
    FileKind.require(file, "a file or a pipe", FileKind.REGULAR, FileKind.PIPE);
    return NamedFiles.newInputStream(file);
  }

  /// All of a file, see [#open], without the byte order mark that some editors put at its start.
  public static byte[] bytes(Path file) throws IOException {
    try (InputStream in = open(file)) {
      return unmarked(in.readAllBytes());
    }
  }

  /// The bytes without the byte order mark that may stand before them.
  public static byte[] unmarked(byte[] utf8) {
    int length = BYTE_ORDER_MARK.length;
    boolean marked =
        utf8.length >= length && Arrays.equals(utf8, 0, length, BYTE_ORDER_MARK, 0, length);
    return marked ? Arrays.copyOfRange(utf8, length, utf8.length) : utf8;
  }

  /// Bytes as text; [UserException] when they are not UTF-8.
  ///
  /// @param where `file` or `file:line`, for the message
  public static String text(byte[] utf8, String where) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new UserException(where + ": not valid UTF-8", e);
    }
  }

  private ReadableFile() {}
}
