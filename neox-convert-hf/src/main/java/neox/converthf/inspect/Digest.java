package neox.converthf.inspect;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/// SHA-256 of the numbers of a tensor as they are stored: row by row, little-endian. Mutable.
final class Digest {
  private final MessageDigest sha256 = sha256();

  /// Adds the bytes that come next, 2 GiB at most.
  void update(MemorySegment piece) {
    sha256.update(piece.asByteBuffer());
  }

  /// In hexadecimal; ends the digest.
  String hex() {
    return HexFormat.of().formatHex(sha256.digest());
  }

  /// Of several tensors, by their names: lines of digest and name, in the order of names.
  static String of(Map<String, String> digests) {
    Digest all = new Digest();
    new TreeMap<>(digests)
        .forEach((name, digest) ->
            all.sha256.update((digest + "  " + name + "\n").getBytes(StandardCharsets.UTF_8)));
    return all.hex();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
