package neox.hub;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;

/// A local file could not be read, or changed, while its bytes were being sent: not the network's
/// fault, so the call is not repeated.
public final class LocalFileException extends IOException {
  private static final long serialVersionUID = 1;

  public LocalFileException(String message) {
    super(message);
  }

  public LocalFileException(LocalFile file, IOException cause) {
    super(file.source() + ": " + describe(cause), cause);
  }

  private static String describe(IOException cause) {
    return switch (cause) {
      case NoSuchFileException e -> "no longer there";
      case AccessDeniedException e -> "permission denied";
      default -> "cannot be read: " + cause.getMessage();
    };
  }

  public static LocalFileException changed(LocalFile file) {
    return new LocalFileException(
        file.source() + ": changed while it was being uploaded; run the same command again");
  }
}
