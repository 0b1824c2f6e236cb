package neox.base;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.regex.Pattern;

/// Paths as users write them: of this machine, or addresses of stores such as `s3://bucket/folder`
/// and `https://host/folder`, which are read by the same means.
public final class Addresses {
  private static final Pattern ADDRESS =
      Pattern.compile("(?i)(s3|https?|hf|gs|az)://.*", Pattern.DOTALL);

  /// Of the provider of file systems in `neox.remote`, which is loaded here and in no other case.
  private static final String SCHEME = "neox-remote";

  /// The path that a text names; [UserException] for an address that cannot be read.
  public static Path path(String text) {
    if (!isAddress(text)) {
      return Path.of(text);
    }
    try {
      return Path.of(new URI(SCHEME, text, null));
    } catch (FileSystemNotFoundException e) {
      throw UserException.of("%s: this tool reads nothing but files of this machine", text);
    } catch (URISyntaxException e) {
      throw UserException.of("%s: expected an address such as s3://bucket/folder", text);
    }
  }

  /// Whether a text names a place in a store.
  public static boolean isAddress(String text) {
    return ADDRESS.matcher(text).matches();
  }

  /// Whether a path leads out of this machine's file system.
  public static boolean isAddress(Path path) {
    return !path.getFileSystem().equals(FileSystems.getDefault());
  }

  private Addresses() {}
}
