package neox.hub.upload;

import java.util.Locale;
import neox.base.UserException;

/// What is said about a commit.
///
/// @param summary one line; the title of a pull request
/// @param description may be empty
public record CommitText(String summary, String description) {
  public CommitText {
    if (summary.isBlank()) {
      throw new UserException("the commit message is empty, see --message");
    }
  }

  /// The text of one of several commits, counted from 1.
  CommitText part(int number, int parts) {
    return parts == 1
        ? this
        : new CommitText(
            String.format(Locale.ROOT, "%s (part %d of %d)", summary, number, parts), description);
  }
}
