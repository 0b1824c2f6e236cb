package neox.remote;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A running sum. Not thread-safe.
public final class Sha256 {
  private final MessageDigest digest;

  public Sha256() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// Adds the first `length` bytes of a block.
  public void update(byte[] block, int length) {
    digest.update(block, 0, length);
  }

  /// The sum of what was added, which begins anew.
  public String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
