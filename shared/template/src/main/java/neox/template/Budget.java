package neox.template;

import neox.template.value.Fault;
import neox.template.value.Value;

/// How much one rendering may do: templates come from strangers, and a few loops inside each other
/// would run for years, or fill the memory. Not thread-safe.
final class Budget {
  private static final long STEPS = 1L << 27;

  private long left = STEPS;

  /// So many steps; a character that is written is one, too.
  void spend(long steps) {
    left -= steps;
    if (left < 0) {
      throw Fault.of("the template does more than %,d steps", STEPS);
    }
  }

  /// What it takes to make a value.
  void spendOn(Value value) {
    spend(
        switch (value) {
          case Value.Text text -> 1L + text.value().length();
          case Value.Listing list -> 1L + list.items().size();
          case Value.Tuple tuple -> 1L + tuple.items().size();
          default -> 1;
        });
  }
}
