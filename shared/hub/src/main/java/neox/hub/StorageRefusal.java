package neox.hub;

import java.io.IOException;

/// A storage did not accept what the hub had sent us there to upload.
public final class StorageRefusal extends IOException {
  private static final long serialVersionUID = 1;

  private final String what;
  private final transient Answer answer;

  /// @param what the refusal in one line
  /// @param remedy what to do about it
  StorageRefusal(String what, String remedy, Answer answer) {
    super(what + "; " + remedy);
    this.what = what;
    this.answer = answer;
  }

  /// The refusal without what to do about it.
  public String what() {
    return what;
  }

  public Answer answer() {
    return answer;
  }

  /// Object stores answer so when the address' time is over.
  public boolean isExpiry() {
    return answer.status() == 403;
  }
}
