package neox.weights.dcp;

import static neox.weights.pickle.ValueText.shorten;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import neox.base.UserException;

/// What stands before the names of a model, where a checkpoint may hold its average, too.
final class Prefixes {
  /// A part that tells of an average of the weights: `ema`, `model_ema`, `averaged_model`.
  private static final Pattern AVERAGE =
      Pattern.compile("(?:.*[._])?(?:ema|avg|average|averaged|swa|shadow)(?:[._].*)?");

  private static final int MOST_NAMED = 4;

  /// What stands before the model's `embedding`; empty where there is none, [UserException] where
  /// any of several may be meant.
  static Optional<String> before(String embedding, Set<String> names, Path directory) {
    Set<String> all = new TreeSet<>();
    for (String name : names) {
      boolean named = name.equals(embedding) || name.endsWith("." + embedding);
      if (named && !TrainingState.has(name)) {
        all.add(name.substring(0, name.length() - embedding.length()));
      }
    }
    List<String> trained = all.stream().filter(each -> !AVERAGE.matcher(each).matches()).toList();
    if (trained.size() > 1 || (trained.isEmpty() && all.size() > 1)) {
      throw UserException.of(
          "%s: holds several models, and which is meant is not known: %s%s",
          directory,
          all.stream()
              .limit(MOST_NAMED)
              .map(each -> shorten(each + embedding))
              .collect(Collectors.joining(", ")),
          all.size() > MOST_NAMED ? ", …" : "");
    }
    return Stream.concat(trained.stream(), all.stream()).findFirst();
  }

  private Prefixes() {}
}
