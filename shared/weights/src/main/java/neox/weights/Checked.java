package neox.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;

/// Bytes that were stored with a checksum.
///
/// @param checksum compares it
public record Checked(ByteSource bytes, Checksum checksum) implements ByteSource {
  /// A checksum of what the bytes are a part of.
  public interface Checksum {
    /// [neox.base.UserException] when the stored bytes are damaged. May be asked by several
    /// threads; reads the bytes once.
    void compare() throws IOException;
  }

  @Override
  public long byteSize() {
    return bytes.byteSize();
  }

  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) throws IOException {
    bytes.read(offset, target, scratch);
  }

  @Override
  public void check() throws IOException {
    checksum.compare();
  }

  @Override
  public boolean isChecked() {
    return true;
  }

  @Override
  public ByteSource slice(long from, long length) {
    return new Checked(bytes.slice(from, length), checksum);
  }

  @Override
  public void forEachRun(long from, long length, RunConsumer consumer) throws IOException {
    bytes.forEachRun(from, length, consumer);
  }

  @Override
  public MemorySegment whole() {
    return bytes.whole();
  }
}
