package neox.evaluation.task;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import neox.base.UserException;

/// Which documents of a split are evaluated.
public sealed interface DocumentChoice {
  /// All of them.
  record All() implements DocumentChoice {}

  /// The first ones.
  ///
  /// @param limit how many: a count from 1 on, a share of all below 1
  record First(double limit) implements DocumentChoice {}

  /// Those at places that are named, by task, counted from 0; all of a task that is not named.
  record Listed(Map<String, SortedSet<Integer>> places) implements DocumentChoice {
    public Listed {
      places = Map.copyOf(places);
    }
  }

  /// The places of a task's documents among `total`, in order.
  default List<Integer> of(String task, int total) {
    return switch (this) {
      case All() -> upTo(total);
      case First(double limit) -> {
        double asked = limit < 1 ? Math.ceil(total * limit) : limit;
        yield upTo((int) Math.min(total, asked));
      }
      case Listed(Map<String, SortedSet<Integer>> places) ->
          places.containsKey(task)
              ? checked(task, places.getOrDefault(task, new TreeSet<>()), total)
              : upTo(total);
    };
  }

  private static List<Integer> checked(String task, SortedSet<Integer> own, int total) {
    if (own.last() >= total) {
      throw UserException.of(
          "--samples: document %d of task %s: expected at most %d, the split has %d documents",
          own.last(), task, total - 1, total);
    }
    return List.copyOf(own);
  }

  private static List<Integer> upTo(int end) {
    return IntStream.range(0, end).boxed().toList();
  }
}
