package neox.inference;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.base.UserException;

/// How many texts a model reads at the same time, at most.
public sealed interface BatchSize {
  /// As many as suit the model.
  record Auto() implements BatchSize {
    @Override
    public String toString() {
      return "auto";
    }
  }

  /// No more than `count`.
  record Inputs(int count) implements BatchSize {
    public Inputs {
      if (count < 1) {
        throw new IllegalArgumentException("batches have at least one row, not " + count);
      }
    }

    @Override
    public String toString() {
      return Integer.toString(count);
    }
  }

  /// Rows of a batch where nobody says how many.
  int SUITABLE = 16;

  /// Batches of one call, which can be sorted by length.
  int PER_CALL = 8;

  Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,8}");

  /// The harness's `auto:N` has the size found N times; here it is found without trying.
  Pattern AUTO = Pattern.compile("auto(:" + NUMBER + ")?");

  static BatchSize auto() {
    return new Auto();
  }

  static BatchSize of(int inputs) {
    return new Inputs(inputs);
  }

  /// What an option says: a number, `auto`, or `auto:N`.
  static BatchSize parse(String option, String value) {
    if (AUTO.matcher(value).matches()) {
      return auto();
    }
    Matcher number = NUMBER.matcher(value);
    if (!number.matches()) {
      throw UserException.of("%s %s: expected a number from 1 on, or auto", option, value);
    }
    return of(Integer.parseInt(value));
  }

  /// The number, where there is one.
  default int orElse(int suitable) {
    return switch (this) {
      case Auto _ -> suitable;
      case Inputs(int count) -> count;
    };
  }
}
