package neox.inference;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Gives the texts that are to be continued as there is room for them.
@FunctionalInterface
public interface RequestSource {
  /// What to do while there is no text, but one may come.
  enum Patience {
    /// Say so: others are being continued.
    NONE,
    /// Wait: nothing else is to be done.
    WAIT
  }

  /// The next text; empty when there is none now, and for good where it waits.
  Optional<GenerationRequest> next(Patience patience);

  /// Texts that are there from the beginning.
  static RequestSource of(List<GenerationRequest> requests) {
    Iterator<GenerationRequest> left = requests.iterator();
    return _ -> left.hasNext() ? Optional.of(left.next()) : Optional.empty();
  }

  /// The same texts, each of which passes a check first.
  default RequestSource checked(Consumer<GenerationRequest> check) {
    return patience -> {
      Optional<GenerationRequest> next = next(patience);
      next.ifPresent(check);
      return next;
    };
  }
}
