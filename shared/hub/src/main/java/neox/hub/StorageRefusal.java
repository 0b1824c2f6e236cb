package neox.hub;

import java.io.IOException;

/// A storage did not accept what the hub had sent us there to upload.
public final class StorageRefusal extends IOException {
  private static final long serialVersionUID = 1;

  private final int status;

  StorageRefusal(String message, int status) {
    super(message);
    this.status = status;
  }

  /// Object stores answer so when the address' time is over.
  public boolean isExpiry() {
    return status == 403;
  }
}
