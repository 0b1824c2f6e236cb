package neox.weights;

/// Whether bytes are compared with the checksums that lie beside them.
public enum Integrity {
  /// When they are first used, on their way: a pass at the speed of memory.
  CHECKED,
  /// Never; for files that were compared a moment ago.
  UNCHECKED;

  public boolean isChecked() {
    return switch (this) {
      case CHECKED -> true;
      case UNCHECKED -> false;
    };
  }
}
