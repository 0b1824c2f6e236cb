package neox.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.Addresses;
import neox.config.DataConfig.Mixture;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Value;
import org.jspecify.annotations.Nullable;

/// Another mixture of training data from some point of a run on (`data_stages`).
///
/// @param start when it begins
/// @param mixture what is read from then on
public record DataStage(Start start, Mixture mixture) {
  private static final String KEY = "data_stages";
  private static final List<String> STARTS = List.of("from_step", "from_sample", "from_token");
  private static final String PATHS = "train_data_paths";
  private static final String LABELS = "train_label_data_paths";
  private static final String WEIGHTS = "train_data_weights";

  /// When a stage begins: with the first step that is not before it.
  public sealed interface Start {
    /// With this step, the first of which is 1.
    record Step(long step) implements Start {}

    /// After so many training samples.
    record Sample(long samples) implements Start {}

    /// After so many training tokens.
    record Token(long tokens) implements Start {}
  }

  /// The stages after the first, whose mixture is `first`.
  static List<DataStage> from(ConfigTable t, Mixture first) {
    List<Map<String, Object>> entries =
        t.list(
            KEY,
            entry(),
            "training data from a point of the run on: from_step, from_sample or from_token, with"
                + " train_data_weights and, where they change, train_data_paths; each dataset goes"
                + " on after what was read of it");
    List<DataStage> stages = new ArrayList<>();
    Mixture before = first;
    for (int i = 0; i < entries.size(); i++) {
      Reader reader = new Reader(t, i + 1, entries.get(i));
      Optional<DataStage> stage = reader.stage(before);
      if (stage.isEmpty() || !reader.isInOrder(stage.get().start(), stages)) {
        return List.of();
      }
      stages.add(stage.get());
      before = stage.get().mixture();
    }
    return List.copyOf(stages);
  }

  private static ConfigType<Map<String, Object>> entry() {
    return new ConfigType<>(
        "mapping",
        "a mapping such as {from_step: 1000, train_data_weights: [1, 3]}",
        value ->
            value instanceof Value.Fields fields ? Optional.of(plain(fields)) : Optional.empty(),
        value -> "");
  }

  private static Map<String, Object> plain(Value.Fields fields) {
    Map<String, Object> result = new LinkedHashMap<>();
    fields
        .fields()
        .values()
        .forEach(field -> {
          Object value = plain(field.value());
          if (value != null) {
            result.put(field.name(), value);
          }
        });
    return result;
  }

  private static @Nullable Object plain(Value value) {
    return switch (value) {
      case Value.Scalar scalar -> scalar.resolve();
      case Value.Items items -> items.items().stream().map(DataStage::plainItem).toList();
      case Value.Fields fields -> plain(fields);
    };
  }

  private static Object plainItem(Value value) {
    Object plain = plain(value);
    return plain == null ? "null" : plain;
  }

  /// One entry of the list.
  ///
  /// @param number counted from 1, for messages
  private record Reader(ConfigTable t, int number, Map<String, Object> entry) {
    private static final Set<String> KEYS =
        Set.of("from_step", "from_sample", "from_token", PATHS, LABELS, WEIGHTS);

    /// Empty where it is wrong, which is reported.
    Optional<DataStage> stage(Mixture before) {
      List<String> unknown = entry.keySet().stream().filter(key -> !KEYS.contains(key)).toList();
      if (!holds(
          unknown.isEmpty(),
          "no key %s; a stage has one of from_step, from_sample and from_token, and"
              + " train_data_weights, train_data_paths, train_label_data_paths",
          String.join(", ", unknown))) {
        return Optional.empty();
      }
      Optional<Start> start = start();
      Optional<List<Double>> weights = weights();
      Optional<List<Path>> paths = paths(PATHS, before.paths());
      List<Path> labelsBefore = entry.containsKey(PATHS) ? List.of() : before.labels();
      Optional<List<Path>> labels = paths(LABELS, labelsBefore);
      if (start.isEmpty() || weights.isEmpty() || paths.isEmpty() || labels.isEmpty()) {
        return Optional.empty();
      }
      Mixture mixture = new Mixture(paths.get(), labels.get(), weights.get(), before.companion());
      return fits(mixture, before)
          ? Optional.of(new DataStage(start.get(), mixture))
          : Optional.empty();
    }

    /// Starts of several kinds can only be compared when the data are known.
    boolean isInOrder(Start start, List<DataStage> before) {
      return holds(
          before.stream().map(DataStage::start).noneMatch(other -> isBefore(start, other)),
          "it begins before a stage that stands above it; list them in the order of their starts");
    }

    private static boolean isBefore(Start start, Start other) {
      return switch (start) {
        case Start.Step(long step) -> other instanceof Start.Step(long o) && step < o;
        case Start.Sample(long samples) -> other instanceof Start.Sample(long o) && samples < o;
        case Start.Token(long tokens) -> other instanceof Start.Token(long o) && tokens < o;
      };
    }

    private boolean fits(Mixture mixture, Mixture before) {
      int count = mixture.paths().size();
      int weights = mixture.weights().size();
      int labels = mixture.labels().size();
      return holds(
              weights == count || (weights == 0 && entry.containsKey(PATHS)),
              "expected one weight for each of its %d datasets, found %d",
              count,
              weights)
          && holds(
              mixture.weightsOrOnes().stream().anyMatch(weight -> weight > 0),
              "at least one weight must be above 0")
          && holds(
              labels == (before.labels().isEmpty() ? 0 : count),
              "expected a label dataset for each of its datasets where the first stage has them,"
                  + " found %d for %d",
              labels,
              count)
          && holds(
              mixture.paths().stream().distinct().count() == count,
              "each dataset once; found one that is named twice");
    }

    private Optional<Start> start() {
      List<String> given = STARTS.stream().filter(entry::containsKey).toList();
      if (!holds(
          given.size() == 1,
          "expected one of from_step, from_sample and from_token, found %s",
          given.isEmpty() ? "none" : String.join(" and ", given))) {
        return Optional.empty();
      }
      @Nullable Object value = entry.get(given.getFirst());
      if (!(value instanceof Long n) || n < 0) {
        holds(false, "%s: expected a count, found %s", given.getFirst(), String.valueOf(value));
        return Optional.empty();
      }
      return Optional.of(
          switch (given.getFirst()) {
            case "from_step" -> new Start.Step(n);
            case "from_sample" -> new Start.Sample(n);
            default -> new Start.Token(n);
          });
    }

    private Optional<List<Double>> weights() {
      Object value = entry.getOrDefault(WEIGHTS, List.of());
      List<Double> weights = new ArrayList<>();
      boolean right = value instanceof List<?>;
      if (value instanceof List<?> items) {
        for (Object item : items) {
          right &= item instanceof Number n && n.doubleValue() >= 0 && n.doubleValue() < 1e300;
          weights.add(item instanceof Number n ? n.doubleValue() : 0.0);
        }
      }
      return holds(right, "train_data_weights: expected numbers of at least 0, found %s", value)
          ? Optional.of(weights)
          : Optional.empty();
    }

    private Optional<List<Path>> paths(String key, List<Path> otherwise) {
      Object value = entry.get(key);
      if (value == null) {
        return Optional.of(otherwise);
      }
      boolean right =
          value instanceof List<?> items
              && !items.isEmpty()
              && items.stream().allMatch(item -> item instanceof String s && !s.isEmpty());
      return holds(right, "%s: expected a list of paths, found %s", key, value)
          ? Optional.of(
              ((List<?>) value).stream().map(item -> Addresses.path(item.toString())).toList())
          : Optional.empty();
    }

    private boolean holds(boolean condition, String format, Object... arguments) {
      t.check(
          condition,
          List.of(KEY),
          "%s",
          "stage %d of the list: ".formatted(number) + format.formatted(arguments));
      return condition;
    }
  }
}
