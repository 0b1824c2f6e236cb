package neox.template;

import neox.template.value.Fault;

/// A text on which a regular expression may only look so often: some expressions would try for
/// years.
final class PatientText implements CharSequence {
  private static final long MAX_LOOKS = 20_000_000;

  private final String text;
  private long looks;

  PatientText(String text) {
    this.text = text;
  }

  @Override
  public char charAt(int index) {
    if (++looks > MAX_LOOKS) {
      throw Fault.of("regex_replace: the pattern takes too long on this text");
    }
    return text.charAt(index);
  }

  @Override
  public int length() {
    return text.length();
  }

  @Override
  public CharSequence subSequence(int start, int end) {
    return text.subSequence(start, end);
  }

  @Override
  public String toString() {
    return text;
  }
}
