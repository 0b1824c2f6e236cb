package neox.evaluation.function;

import neox.template.value.Fault;

/// Answers that are letters.
final class Letters {
  /// The place of a column's letter among others.
  static int index(Fields fields, String name, String letters) {
    return index(fields.text(name), name, letters);
  }

  static int index(String letter, String name, String letters) {
    int index = letter.length() == 1 ? letters.indexOf(letter) : -1;
    if (index < 0) {
      throw Fault.of(
          "\"%s\" must be one of the letters %s, found \"%s\"",
          name, String.join(", ", letters.split("")), letter);
    }
    return index;
  }

  private Letters() {}
}
