package neox.base;

import java.util.List;
import java.util.Optional;

/// A command, or a mixin of one, that knows what people mean by arguments it does not take.
public interface Advice {
  /// What to do instead, as a whole sentence without a full stop; empty when there is no telling.
  ///
  /// @param argument what was given and means nothing here
  /// @param following what was given after it
  Optional<String> about(String argument, List<String> following);
}
