package neox.data.fim;

/// How a text becomes prefix, middle and suffix, and in which order these stand.
///
/// @param suffixFirst the suffix stands before the prefix (SPM)
/// @param first where the middle begins
/// @param second where the suffix begins
record Cut(boolean suffixFirst, int first, int second) {

  /// Two places of a text, each as likely, its ends included.
  static Cut draw(Draws draws, double spmRate, int length) {
    boolean suffixFirst = draws.next() < spmRate;
    int a = draws.upTo(length);
    int b = draws.upTo(length);
    return new Cut(suffixFirst, Math.min(a, b), Math.max(a, b));
  }
}
