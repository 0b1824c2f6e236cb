package neox.hub;

import java.util.Optional;
import java.util.regex.Pattern;
import neox.base.UserException;

/// The name of a repository: `owner/name`, or `name` alone for one of the token's own account.
///
/// @param owner user or organization; empty when the hub is to decide
public record RepoId(Optional<String> owner, String name) {
  private static final int MAX_LENGTH = 96;
  private static final Pattern ALLOWED = Pattern.compile("[A-Za-z0-9._-]+");

  public RepoId {
    owner.ifPresent(RepoId::check);
    check(name);
  }

  /// Reads `owner/name` or `name`.
  public static RepoId parse(String text) {
    String[] parts = text.split("/", -1);
    return switch (parts.length) {
      case 1 -> new RepoId(Optional.empty(), parts[0]);
      case 2 -> new RepoId(Optional.of(parts[0]), parts[1]);
      default ->
          throw new UserException(
              "'" + text + "' is not a repository: expected OWNER/NAME such as alice/tiny");
    };
  }

  private static void check(String part) {
    boolean valid =
        part.length() <= MAX_LENGTH
            && ALLOWED.matcher(part).matches()
            && !part.contains("--")
            && !part.contains("..")
            && !part.endsWith(".git")
            && !isMark(part.charAt(0))
            && !isMark(part.charAt(part.length() - 1));
    if (!valid) {
      throw UserException.of(
          "'%s' cannot name a repository: expected 1 to %d of A-Z a-z 0-9 . _ -,"
              + " no '-' or '.' at either end, no '--' or '..', no ending '.git'",
          part, MAX_LENGTH);
    }
  }

  private static boolean isMark(char c) {
    return c == '-' || c == '.';
  }

  @Override
  public String toString() {
    return owner.map(value -> value + "/").orElse("") + name;
  }
}
