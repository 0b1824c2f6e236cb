package neox.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/// What the bytes of a file must hash to.
///
/// @param hex lower case
public record Checksum(Kind kind, String hex) {
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern SHA1 = Pattern.compile("[0-9a-f]{40}");

  /// How the hash is made.
  public enum Kind {
    SHA256,
    /// SHA-1 over git's header for a blob and the content.
    GIT_BLOB
  }

  public Checksum {
    hex = hex.toLowerCase(Locale.ROOT);
    if (!(kind == Kind.SHA256 ? SHA256 : SHA1).matcher(hex).matches()) {
      throw new IllegalArgumentException("not a " + kind + ": " + hex);
    }
  }

  public static Checksum sha256(String hex) {
    return new Checksum(Kind.SHA256, hex);
  }

  /// What a hub's entity tag or object name says about the content, by its length.
  public static Optional<Checksum> ofHubTag(String tag) {
    if (SHA256.matcher(tag).matches()) {
      return Optional.of(sha256(tag));
    }
    return SHA1.matcher(tag).matches()
        ? Optional.of(new Checksum(Kind.GIT_BLOB, tag))
        : Optional.empty();
  }

  /// Whether a local file has this sum.
  public boolean fits(Path file) throws IOException {
    RunningHash hash = RunningHash.start(OptionalLong.of(Files.size(file)), Optional.of(this));
    hash.add(file);
    return hash.sum(kind).equals(Optional.of(hex));
  }

  @Override
  public String toString() {
    return (kind == Kind.SHA256 ? "sha256 " : "git blob ") + hex;
  }
}
