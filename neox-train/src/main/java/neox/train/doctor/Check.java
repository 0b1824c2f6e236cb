package neox.train.doctor;

import java.util.Locale;

/// What was looked at, and how it is.
///
/// @param what in a word or two
/// @param found in a few words
/// @param advice what to do; empty when nothing is wrong
record Check(Level level, String what, String found, String advice) {
  enum Level {
    OK,
    WARN,
    FAIL
  }

  static Check ok(String what, String found) {
    return new Check(Level.OK, what, found, "");
  }

  static Check warn(String what, String found, String advice) {
    return new Check(Level.WARN, what, found, advice);
  }

  static Check fail(String what, String found, String advice) {
    return new Check(Level.FAIL, what, found, advice);
  }

  boolean isFailure() {
    return level == Level.FAIL;
  }

  /// One line.
  String line() {
    String end = advice.isEmpty() ? "" : "; " + advice;
    return "%-4s  %-14s %s%s".formatted(level.name().toLowerCase(Locale.ROOT), what, found, end);
  }
}
