package neox.converthf.inspect;

/// What a comparison comes to. Mutable.
final class DiffCount {
  private long tensors;
  private long differing;
  private long keys;
  private double absolute;
  private String where = "";

  void key() {
    keys++;
  }

  void add(Finding finding) {
    tensors++;
    if (finding.differs()) {
      differing++;
    }
    if (finding instanceof Finding.Values values && values.difference().absolute() > absolute) {
      absolute = values.difference().absolute();
      where = values.name();
    }
  }

  boolean same() {
    return differing == 0 && keys == 0;
  }

  long tensors() {
    return tensors;
  }

  long differing() {
    return differing;
  }

  /// Keys of the configuration that differ.
  long keys() {
    return keys;
  }

  /// The largest difference of two numbers.
  double absolute() {
    return absolute;
  }

  /// The tensor that it is in.
  String where() {
    return where;
  }
}
