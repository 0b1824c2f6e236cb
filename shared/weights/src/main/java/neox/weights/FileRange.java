package neox.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;
import java.util.function.LongConsumer;
import neox.base.UserException;

/// Bytes of a file. They are read, not looked at where the file is mapped: mapped pages that were
/// looked at count as memory in use.
///
/// @param from where in the file
public record FileRange(MappedFile file, long from, long byteSize) implements ByteSource {
  public FileRange {
    Objects.checkFromIndexSize(from, byteSize, file.bytes().byteSize());
  }

  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) throws IOException {
    Objects.checkFromIndexSize(offset, target.byteSize(), byteSize);
    ByteBuffer buffer = target.asByteBuffer();
    while (buffer.hasRemaining()) {
      if (file.channel().read(buffer, from + offset + buffer.position()) < 0) {
        throw becameShorter();
      }
    }
  }

  /// Lets the kernel copy a part to the position of `target` (`copy_file_range`), in pieces, whose
  /// sizes `copied` is told.
  void copyTo(FileChannel target, long offset, long length, LongConsumer copied)
      throws IOException {
    Objects.checkFromIndexSize(offset, length, byteSize);
    long done = 0;
    while (done < length) {
      long piece = Math.min(Segments.PIECE, length - done);
      long moved = file.channel().transferTo(from + offset + done, piece, target);
      if (moved <= 0) {
        throw becameShorter();
      }
      done += moved;
      copied.accept(moved);
    }
  }

  private UserException becameShorter() {
    return UserException.of(
        "%s: became shorter while it was read; expected %d bytes from byte %d on",
        file.path(), byteSize, from);
  }

  @Override
  public ByteSource slice(long begin, long length) {
    Objects.checkFromIndexSize(begin, length, byteSize);
    return new FileRange(file, from + begin, length);
  }

  @Override
  public MemorySegment whole() {
    return file.bytes().asSlice(from, byteSize);
  }
}
