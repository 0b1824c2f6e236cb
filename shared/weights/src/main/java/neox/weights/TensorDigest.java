package neox.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/// The digest of a tensor: XXH64 of the XXH64s (little-endian) of its pieces of 1 MiB, so that
/// several threads can work on one tensor. It tells accidents, not forgers, at the speed of memory.
///
/// The same in Python, of the bytes `b` of a tensor (row-major, little-endian):
///
///     h = lambda x: xxhash.xxh64(x).intdigest()
///     pieces = [h(b[i : i + 2**20]).to_bytes(8, "little") for i in range(0, len(b), 2**20)]
///     digest = f"{h(b''.join(pieces)):016x}"
///
/// Mutable: pieces are added in order.
public final class TensorDigest {
  /// What files call it.
  public static final String ALGORITHM = "xxh64-1MiB";

  /// Bytes of each piece but the last.
  public static final int PIECE = ByteSource.CHUNK;

  private final ByteArrayOutputStream pieces = new ByteArrayOutputStream();

  /// That of a tensor, as 16 hexadecimal digits.
  public static String of(ByteSource bytes) throws IOException {
    TensorDigest digest = new TensorDigest();
    bytes.forEachChunk(chunk -> digest.add(piece(chunk)));
    return digest.hex();
  }

  /// That of a tensor in memory.
  public static String of(TensorView view) {
    try {
      return of(new InMemory(view.bytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// The hash of a piece.
  public static long piece(MemorySegment bytes) {
    return XxHash64.of(bytes);
  }

  /// Adds the hash of the piece that comes next.
  public void add(long piece) {
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      pieces.write((int) (piece >>> shift));
    }
  }

  /// Of all pieces so far, as 16 hexadecimal digits.
  public String hex() {
    return HexFormat.of().toHexDigits(XxHash64.of(MemorySegment.ofArray(pieces.toByteArray())));
  }
}
