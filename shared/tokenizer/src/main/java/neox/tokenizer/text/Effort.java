package neox.tokenizer.text;

import neox.base.UserException;

/// What encoding or decoding one text may cost, whatever a foreign file asks for: how many steps
/// its regular expressions may take, and how much text its parts may make of it. One per text.
public final class Effort {
  private static final long FREE_STEPS = 20_000_000;
  private static final long STEPS_PER_CHARACTER = 300;
  private static final long FREE_CHARACTERS = 1 << 20;
  private static final long GROWTH = 16;
  private static final long WORK = 1000;

  private final int characters;
  private long steps;
  private long made;

  /// @param characters the length of the text
  public Effort(int characters) {
    this.characters = characters;
    steps = FREE_STEPS + STEPS_PER_CHARACTER * characters;
    made = FREE_CHARACTERS + WORK * characters;
  }

  /// Counts steps of a regular expression.
  ///
  /// @param where names it in errors
  public void step(long count, String where) {
    steps -= count;
    if (steps < 0) {
      throw UserException.of(
          "%s: the regular expression takes more than %d steps on a text of %d characters",
          where, FREE_STEPS + STEPS_PER_CHARACTER * characters, characters);
    }
  }

  /// Counts text that a part makes.
  ///
  /// @param length how long it is so far
  /// @param more how much is added to it
  /// @param where names the part in errors
  public void make(long length, long more, String where) {
    made -= more;
    if (made < 0 || length > FREE_CHARACTERS + GROWTH * characters) {
      throw UserException.of(
          "%s: makes far more of a text of %d characters than it was; such a file is not used",
          where, characters);
    }
  }
}
