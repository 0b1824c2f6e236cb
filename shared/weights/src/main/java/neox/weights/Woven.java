package neox.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;

/// Several sources woven into one: each round takes the next bytes of one strand after the other.
///
/// One round concatenates. Where matrices are joined by columns, each row is a round; where groups
/// of rows are cut into sections, each group.
public record Woven(long rounds, List<Strand> strands) implements ByteSource {
  /// Strands of so many bytes are read, or copied by the kernel, one by one; shorter ones many
  /// rounds at a time.
  static final long LONG = 1 << 16;

  /// Bytes between two rounds that are read for nothing rather than by one more call.
  private static final long GAP = 1 << 13;

  /// What one source contributes.
  ///
  /// @param from where the first round begins
  /// @param bytes of each round
  /// @param stride from where one round begins to where the next does
  public record Strand(ByteSource source, long from, long bytes, long stride) {
    private long at(long round) {
      return from + round * stride;
    }

    /// Reads rounds from `first` on, with what lies between them, and takes of each its own.
    private void readSpans(long first, MemorySegment places, long roundBytes, Scratch scratch)
        throws IOException {
      long count = Math.ceilDiv(places.byteSize(), roundBytes);
      long atOnce = Math.clamp(CHUNK / Math.max(stride, bytes), 1, count);
      try (Scratch.Lease lease = scratch.borrow((atOnce - 1) * stride + bytes)) {
        for (long i = 0; i < count; i += atOnce) {
          long here = Math.min(atOnce, count - i);
          MemorySegment span = lease.bytes().asSlice(0, (here - 1) * stride + bytes);
          source.read(at(first + i), span, scratch);
          long room = Math.min(here * roundBytes, places.byteSize() - i * roundBytes);
          scatter(span, places.asSlice(i * roundBytes, room), roundBytes);
        }
      }
    }

    /// Copies rounds that lie `stride` apart to places that lie `roundBytes` apart.
    private void scatter(MemorySegment span, MemorySegment places, long roundBytes) {
      long count = Math.ceilDiv(places.byteSize(), roundBytes);
      for (long i = 0; i < count; i++) {
        MemorySegment.copy(span, i * stride, places, i * roundBytes, bytes);
      }
    }
  }

  public Woven {
    strands = strands.stream().filter(strand -> strand.bytes > 0).toList();
    for (Strand strand : strands) {
      if (rounds > 0) {
        long last = Math.addExact(strand.from, Math.multiplyExact(rounds - 1, strand.stride));
        Objects.checkFromIndexSize(last, strand.bytes, strand.source.byteSize());
      }
    }
  }

  /// One after the other.
  public static ByteSource concatenated(List<? extends ByteSource> sources) {
    return sources.size() == 1
        ? sources.getFirst()
        : new Woven(1, sources.stream().map(Woven::all).toList());
  }

  /// A slice where the rounds of a single strand lie together, so that it can be a view, or a part
  /// of a slice.
  public ByteSource simplified() {
    if (strands.size() != 1) {
      return this;
    }
    Strand strand = strands.getFirst();
    return rounds == 1 || strand.stride == strand.bytes
        ? strand.source.slice(strand.from, byteSize())
        : this;
  }

  private static Strand all(ByteSource source) {
    return new Strand(source, 0, source.byteSize(), 0);
  }

  static ByteSource slice(ByteSource source, long from, long length) {
    return new Woven(1, List.of(new Strand(source, from, length, 0)));
  }

  @Override
  public long byteSize() {
    return Math.multiplyExact(rounds, roundBytes());
  }

  private long roundBytes() {
    long bytes = 0;
    for (Strand strand : strands) {
      bytes += strand.bytes;
    }
    return bytes;
  }

  @Override
  public List<ByteSource> parts() {
    return strands.stream().map(Strand::source).distinct().toList();
  }

  @Override
  public void read(long offset, MemorySegment target, Scratch scratch) throws IOException {
    long roundBytes = roundBytes();
    long done = 0;
    while (done < target.byteSize()) {
      long left = target.byteSize() - done;
      long within = (offset + done) % roundBytes;
      long whole = within == 0 ? left / roundBytes : 0;
      long length = whole > 0 ? whole * roundBytes : Math.min(left, roundBytes - within);
      MemorySegment part = target.asSlice(done, length);
      if (whole > 1) {
        readRounds((offset + done) / roundBytes, whole, part, scratch);
      } else {
        forEachPart(
            offset + done,
            length,
            (source, from, at, bytes) -> source.read(from, part.asSlice(at, bytes), scratch));
      }
      done += length;
    }
  }

  /// A source that is several strands' is made once.
  @Override
  public ByteSource due() {
    IdentityHashMap<ByteSource, ByteSource> due = new IdentityHashMap<>();
    List<Strand> ready = new ArrayList<>();
    for (Strand strand : strands) {
      ByteSource source = due.computeIfAbsent(strand.source, ByteSource::due);
      ready.add(new Strand(source, strand.from, strand.bytes, strand.stride));
    }
    return new Woven(rounds, ready);
  }

  private interface PartConsumer {
    /// @param at where it lies in what was asked for
    void accept(ByteSource source, long from, long at, long bytes) throws IOException;
  }

  /// What the strands contribute to a part that lies in one round.
  private void forEachPart(long offset, long length, PartConsumer consumer) throws IOException {
    long round = offset / roundBytes();
    long within = offset % roundBytes();
    long begin = 0;
    for (Strand strand : strands) {
      long from = Math.max(within, begin);
      long to = Math.min(within + length, begin + strand.bytes);
      if (from < to) {
        consumer.accept(strand.source, strand.at(round) + from - begin, from - within, to - from);
      }
      begin += strand.bytes;
    }
  }

  private void readRounds(long first, long count, MemorySegment target, Scratch scratch)
      throws IOException {
    long roundBytes = target.byteSize() / count;
    long at = 0;
    for (Strand strand : strands) {
      MemorySegment places = target.asSlice(at);
      if (strand.source instanceof InMemory(MemorySegment bytes)) {
        strand.scatter(bytes.asSlice(strand.at(first)), places, roundBytes);
      } else if (strand.bytes == roundBytes && strand.stride == roundBytes) {
        strand.source.read(strand.at(first), target, scratch);
      } else if (strand.bytes >= LONG || strand.stride - strand.bytes > GAP) {
        for (long i = 0; i < count; i++) {
          MemorySegment place = places.asSlice(i * roundBytes, strand.bytes);
          strand.source.read(strand.at(first + i), place, scratch);
        }
      } else {
        strand.readSpans(first, places, roundBytes, scratch);
      }
      at += strand.bytes;
    }
  }

  /// Long strands as the runs they consist of.
  @Override
  public void forEachRun(long from, long length, RunConsumer consumer) throws IOException {
    if (strands.stream().anyMatch(strand -> strand.bytes < LONG)) {
      consumer.accept(this, from, length);
      return;
    }
    long done = 0;
    while (done < length) {
      long part = Math.min(length - done, roundBytes() - (from + done) % roundBytes());
      forEachPart(
          from + done,
          part,
          (source, begin, at, bytes) -> source.forEachRun(begin, bytes, consumer));
      done += part;
    }
  }
}
