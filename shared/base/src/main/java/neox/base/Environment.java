package neox.base;

import java.util.Map;
import java.util.Optional;

/// The one place that reads environment variables.
public final class Environment {
  /// The variable's value; empty when it is unset or blank.
  public static Optional<String> get(String name) {
    return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
  }

  /// All variables, for callers that take an environment as an argument so that tests can pass one.
  public static Map<String, String> all() {
    return System.getenv();
  }

  private Environment() {}
}
