package neox.hub;

import neox.base.UserException;

/// Where a commit goes.
public sealed interface Destination {
  String MAIN = "main";

  /// The branch that the files are compared with.
  String revision();

  /// What comes after the address of a call that commits there, or prepares for it.
  String query();

  /// A branch, or what stands for one, such as `refs/pr/3`.
  ///
  /// @param name `main`, or that of a branch which may have to be created
  record Branch(String name) implements Destination {
    public Branch {
      if (name.isBlank() || name.contains("..") || name.chars().anyMatch(c -> c <= ' ')) {
        throw new UserException("'" + name + "' cannot name a branch");
      }
    }

    @Override
    public String revision() {
      return name;
    }

    @Override
    public String query() {
      return "";
    }

    /// False for what the hub itself makes: its main branch, and the references of pull requests.
    public boolean mayBeCreated() {
      return !name.equals(MAIN) && !name.startsWith("refs/");
    }
  }

  /// A pull request against the main branch that the commit itself opens, which needs no right to
  /// write.
  record NewPullRequest() implements Destination {
    @Override
    public String revision() {
      return MAIN;
    }

    @Override
    public String query() {
      return "?create_pr=1";
    }
  }
}
