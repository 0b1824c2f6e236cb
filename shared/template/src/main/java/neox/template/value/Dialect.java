package neox.template.value;

import java.util.EnumSet;
import java.util.Set;

/// How an application has set up Jinja.
public record Dialect(Set<Option> options) {
  /// As Hugging Face renders chat templates.
  public static final Dialect CHAT =
      new Dialect(
          EnumSet.of(
              Option.TRIM_BLOCKS,
              Option.LSTRIP_BLOCKS,
              Option.CHAT_TAGS,
              Option.PLAIN_JSON,
              Option.SANDBOX));

  /// As the evaluation harness renders the templates of its tasks.
  public static final Dialect HARNESS =
      new Dialect(
          EnumSet.of(Option.KEEP_TRAILING_NEWLINE, Option.STRICT_UNDEFINED, Option.REGEX_REPLACE));

  /// One departure from Jinja's defaults.
  public enum Option {
    /// The line feed after a block tag is dropped.
    TRIM_BLOCKS,
    /// Blanks between the start of a line and a block tag are dropped.
    LSTRIP_BLOCKS,
    /// The last line feed of the template is kept.
    KEEP_TRAILING_NEWLINE,
    /// Using an undefined value is an error, printing it included.
    STRICT_UNDEFINED,
    /// The tags `break`, `continue` and `generation` exist.
    CHAT_TAGS,
    /// The filter `tojson` leaves HTML's characters and the order of keys alone.
    PLAIN_JSON,
    /// Jinja's sandbox: `range()` gives few numbers, and `'{0.x}'.format(…)` prints nothing for an
    /// attribute that is not there.
    SANDBOX,
    /// There is a filter `regex_replace`.
    REGEX_REPLACE
  }

  public Dialect {
    options = Set.copyOf(options);
  }

  public boolean has(Option option) {
    return options.contains(option);
  }

  public Value.Undefined undefined(String problem) {
    return new Value.Undefined(problem, has(Option.STRICT_UNDEFINED));
  }
}
