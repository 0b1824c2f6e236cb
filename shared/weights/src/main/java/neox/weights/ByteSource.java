package neox.weights;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// The bytes of a tensor on its way: where they lie, or what they follow from. Any part of them can
/// be brought into memory, so that tensors larger than memory pass through a buffer.
///
/// Joining, cutting and converting tensors makes sources of sources and reads nothing. Several
/// threads may read at once, each with its own [Scratch].
public interface ByteSource {
  /// Bytes at a time, where all of them pass through memory.
  int CHUNK = 1 << 20;

  long byteSize();

  /// Fills `target` with the bytes from `offset` on; both ends lie between elements.
  void read(long offset, MemorySegment target, Scratch scratch) throws IOException;

  /// What these bytes come from.
  default List<ByteSource> parts() {
    return List.of();
  }

  /// Compares what was stored with its checksum, where there is one; [neox.base.UserException] when
  /// it is damaged. Whoever uses the bytes asks for this, before, after or meanwhile.
  default void check() throws IOException {
    for (ByteSource part : parts()) {
      part.check();
    }
  }

  /// Whether [#check] compares anything.
  default boolean isChecked() {
    return parts().stream().anyMatch(ByteSource::isChecked);
  }

  /// The part of `length` bytes that begins at `from`.
  default ByteSource slice(long from, long length) {
    return from == 0 && length == byteSize() ? this : Woven.slice(this, from, length);
  }

  /// Takes one run of bytes after the other.
  interface RunConsumer {
    /// Takes `length` bytes of a source.
    ///
    /// @param source of which the run is a part
    void accept(ByteSource source, long from, long length) throws IOException;
  }

  /// Hands `length` bytes over, in order, as the runs they consist of: long ranges of files (see
  /// [FileRange]), which need not pass through memory, and what has to be read.
  default void forEachRun(long from, long length, RunConsumer consumer) throws IOException {
    consumer.accept(this, from, length);
  }

  /// The source to read from once the bytes are due: whoever computes them does so now.
  default ByteSource due() {
    return this;
  }

  /// All bytes in memory: where they lie, if that is memory or a mapped file, otherwise in new
  /// memory, which lives as long as it is referred to. Without [#check].
  default MemorySegment whole() {
    MemorySegment whole = Floats.allocate(DType.UINT8, byteSize());
    try (Scratch scratch = new Scratch()) {
      for (long at = 0; at < byteSize(); at += CHUNK) {
        read(at, whole.asSlice(at, Math.min(CHUNK, byteSize() - at)), scratch);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return whole;
  }

  /// Takes one piece of bytes after the other.
  interface ChunkConsumer {
    /// Takes a piece.
    ///
    /// @param chunk valid until the call returns
    void accept(MemorySegment chunk) throws IOException;
  }

  /// Hands all bytes over, in order, at most [#CHUNK] at a time. Without [#check].
  default void forEachChunk(ChunkConsumer consumer) throws IOException {
    try (Scratch scratch = new Scratch();
        Scratch.Lease lease = scratch.borrow(Math.min(CHUNK, byteSize()))) {
      for (long at = 0; at < byteSize(); at += CHUNK) {
        MemorySegment chunk = lease.bytes().asSlice(0, Math.min(CHUNK, byteSize() - at));
        read(at, chunk, scratch);
        consumer.accept(chunk);
      }
    }
  }

  /// Whether both are the same bytes.
  static boolean same(ByteSource a, ByteSource b) throws IOException {
    if (a.byteSize() != b.byteSize()) {
      return false;
    }
    long size = Math.min(CHUNK, a.byteSize());
    try (Scratch scratch = new Scratch();
        Scratch.Lease first = scratch.borrow(size);
        Scratch.Lease second = scratch.borrow(size)) {
      for (long at = 0; at < a.byteSize(); at += CHUNK) {
        long length = Math.min(CHUNK, a.byteSize() - at);
        a.read(at, first.bytes().asSlice(0, length), scratch);
        b.read(at, second.bytes().asSlice(0, length), scratch);
        if (first.bytes().asSlice(0, length).mismatch(second.bytes().asSlice(0, length)) >= 0) {
          return false;
        }
      }
    }
    return true;
  }
}
