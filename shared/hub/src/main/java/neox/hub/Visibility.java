package neox.hub;

/// Who may see a repository that is about to be created.
public enum Visibility {
  /// What the owner's account settings say.
  ACCOUNT_DEFAULT,
  /// Only its owner.
  PRIVATE
}
