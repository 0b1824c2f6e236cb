package neox.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.FileKind;
import neox.base.NamedFiles;
import neox.base.UserException;

/// A secret that proves who the caller is; it goes into one request header and nowhere else.
///
/// Nothing public returns the secret and [#toString] names only where it came from, so that a token
/// cannot reach a log, an error or a record's text by accident.
public final class Token {
  private static final List<String> VARIABLES = List.of("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN");

  private final String secret;
  private final String origin;

  private Token(String secret, String origin) {
    this.secret = secret;
    this.origin = origin;
  }

  /// Takes a secret that was found somewhere.
  ///
  /// @param origin where the secret was found, as errors name it
  public static Token of(String secret, String origin) {
    String trimmed = secret.strip();
    if (trimmed.isEmpty()) {
      throw new UserException("the token from " + origin + " is empty");
    }
    if (!trimmed.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new UserException(
          "the token from " + origin + " has a space or a character that no token has");
    }
    return new Token(trimmed, origin);
  }

  /// The token of a file that the caller named; a missing or empty file is an error.
  public static Token read(Path file) throws IOException {
    FileKind.require(file, "a file with a token", FileKind.REGULAR, FileKind.PIPE);
    return of(NamedFiles.readString(file), file.toString());
  }

  /// Looks in the usual places: `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN`, then the file that the login
  /// command of the hub's own tools writes. An empty one is none, as for those tools.
  public static Optional<Token> find(Map<String, String> environment) throws IOException {
    for (String variable : VARIABLES) {
      String value = environment.getOrDefault(variable, "");
      if (!value.isBlank()) {
        return Optional.of(of(value, variable));
      }
    }
    Path file = usualFile(environment);
    String secret = Files.isRegularFile(file) ? NamedFiles.readString(file) : "";
    return secret.isBlank() ? Optional.empty() : Optional.of(of(secret, file.toString()));
  }

  /// `HF_TOKEN_PATH`, else `token` below `HF_HOME`, else below the user's cache directory.
  public static Path usualFile(Map<String, String> environment) {
    return directory(environment, "HF_TOKEN_PATH", hubHome(environment).resolve("token"));
  }

  /// Where the hub's own tools keep what they keep: `HF_HOME`, else below the user's cache
  /// directory.
  static Path hubHome(Map<String, String> environment) {
    Path cache = directory(environment, "XDG_CACHE_HOME", home(environment).resolve(".cache"));
    return directory(environment, "HF_HOME", cache.resolve("huggingface"));
  }

  private static Path home(Map<String, String> environment) {
    return Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
  }

  /// The directory that a variable names, where `~/` is the user's own.
  static Path directory(Map<String, String> environment, String variable, Path otherwise) {
    Path home = home(environment);
    String value = environment.getOrDefault(variable, "");
    if (value.isBlank()) {
      return otherwise;
    }
    return value.startsWith("~/") ? home.resolve(value.substring(2)) : Path.of(value);
  }

  /// Where the token was found.
  public String origin() {
    return origin;
  }

  /// The value of the `Authorization` header.
  public String bearer() {
    return "Bearer " + secret;
  }

  /// `text` with the secret blacked out: a server may echo what it was sent.
  String hideIn(String text) {
    return text.replace(secret, "***");
  }

  @Override
  public String toString() {
    return "token from " + origin;
  }
}
