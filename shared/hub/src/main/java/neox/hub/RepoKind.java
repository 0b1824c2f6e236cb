package neox.hub;

/// What a repository holds; a hub keeps each kind under addresses of its own.
public enum RepoKind {
  MODEL("models", ""),
  DATASET("datasets", "datasets/");

  private final String api;
  private final String prefix;

  RepoKind(String api, String prefix) {
    this.api = api;
    this.prefix = prefix;
  }

  /// The segment after `/api/`.
  String api() {
    return api;
  }

  /// What comes before the repository's name in an address.
  String prefix() {
    return prefix;
  }
}
