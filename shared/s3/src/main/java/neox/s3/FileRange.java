package neox.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import neox.base.NamedFiles;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;

/// A part of a file as the body of a call, from its beginning each time the call is repeated.
final class FileRange implements ContentStreamProvider, AutoCloseable {
  private static final int BLOCK_BYTES = 1 << 16;

  private final Path file;
  private final long from;
  private final long bytes;
  private @Nullable Stream current;

  FileRange(Path file, long from, long bytes) {
    this.file = file;
    this.from = from;
    this.bytes = bytes;
  }

  /// The stream before is closed.
  @Override
  public InputStream newStream() {
    try {
      close();
      Stream stream = new Stream(NamedFiles.open(file, StandardOpenOption.READ), from, bytes);
      current = stream;
      return stream;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] md5() throws IOException {
    MessageDigest digest = md5Digest();
    byte[] block = new byte[BLOCK_BYTES];
    try (InputStream in = newStream()) {
      for (int read = in.read(block); read >= 0; read = in.read(block)) {
        digest.update(block, 0, read);
      }
    }
    return digest.digest();
  }

  static MessageDigest md5Digest() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  @Override
  public void close() throws IOException {
    if (current != null) {
      current.close();
      current = null;
    }
  }

  private static final class Stream extends InputStream {
    private final FileChannel channel;
    private final long end;
    private long at;

    Stream(FileChannel channel, long from, long bytes) {
      this.channel = channel;
      this.at = from;
      this.end = from + bytes;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
      if (at >= end) {
        return -1;
      }
      ByteBuffer buffer = ByteBuffer.wrap(to, offset, (int) Math.min(length, end - at));
      int read = channel.read(buffer, at);
      at += Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
