package neox.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Floating-point numbers of one type as those of another, rounded to nearest even.
///
/// @param tooLarge what happens when a finite number becomes infinite
public record Converted(ByteSource source, DType from, DType to, TooLarge tooLarge)
    implements ByteSource {
  /// Is told of a number that the type cannot hold; may throw.
  public interface TooLarge {
    void found(double value);
  }

  public Converted {
    Floats.requireFloat(from);
    Floats.requireFloat(to);
  }

  @Override
  public long byteSize() {
    return source.byteSize() / from.bytes() * to.bytes();
  }

  @Override
  public List<ByteSource> parts() {
    return List.of(source);
  }

  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) throws IOException {
    long count = target.byteSize() / to.bytes();
    try (Scratch.Lease lease = scratch.borrow(count * from.bytes())) {
      source.read(offset / to.bytes() * from.bytes(), lease.bytes(), scratch);
      Floats.convert(from, lease.bytes(), to, target, tooLarge);
    }
  }

  @Override
  public ByteSource due() {
    return new Converted(source.due(), from, to, tooLarge);
  }
}
