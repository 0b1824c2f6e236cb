package neox.config.table;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.config.table.Value.Field;
import neox.config.table.Value.Fields;
import org.jspecify.annotations.Nullable;

/// Answers "what does the configuration say about this key", and remembers every question.
///
/// Each getter names a key once, with its type, default and documentation; the same lines make the
/// reference and the effective configuration. A value that does not fit is reported to the problems
/// and replaced by a usable stand-in, so that all problems are found in one pass: a record built
/// from a table is valid only after [#finish] has not thrown. Mutable, used by one thread.
public final class ConfigTable {
  /// A key's value as the program will use it.
  public record Setting(ConfigKey key, @Nullable Object value, String origin) {}

  private final Fields root;
  private final Problems problems;
  private final Map<String, Setting> settings = new LinkedHashMap<>();
  private final Set<String> faulty = new HashSet<>();
  private final Set<String> displaced = new HashSet<>();
  private boolean misses;
  private String section = "";

  public ConfigTable(Fields root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  /// Keys asked for from now on belong to this section of the reference.
  public void section(String title) {
    section = title;
  }

  public int integer(String name, Range range, String documentation) {
    return required(name, ConfigType.integer(range), range.anyInteger(), documentation);
  }

  public int integer(String name, int otherwise, Range range, String documentation) {
    return get(name, ConfigType.integer(range), otherwise, documentation);
  }

  public long count(String name, Range range, String documentation) {
    return required(name, ConfigType.count(range), (long) range.anyInteger(), documentation);
  }

  public long count(String name, long otherwise, Range range, String documentation) {
    return get(name, ConfigType.count(range), otherwise, documentation);
  }

  public double real(String name, Range range, String documentation) {
    return required(name, ConfigType.real(range), (double) range.anyInteger(), documentation);
  }

  public double real(String name, double otherwise, Range range, String documentation) {
    return get(name, ConfigType.real(range), otherwise, documentation);
  }

  /// NeoX compat: null is not true, as in Python, whatever the default.
  public boolean flag(String name, boolean otherwise, String documentation) {
    boolean value = get(name, ConfigType.flag(), otherwise, documentation);
    if (value && isNull(name)) {
      record(name, false);
      return false;
    }
    return value;
  }

  public String text(String name, String otherwise, String documentation) {
    return get(name, ConfigType.text(), otherwise, documentation);
  }

  public <E extends Enum<E>> E choice(String name, E otherwise, String documentation) {
    return choice(name, otherwise, Map.of(), documentation);
  }

  public <E extends Enum<E>> E choice(
      String name, E otherwise, Map<String, String> refused, String documentation) {
    var type = ConfigType.choice(otherwise.getDeclaringClass(), refused);
    return get(name, type, otherwise, documentation);
  }

  public Optional<Path> path(String name, String documentation) {
    return optional(name, ConfigType.path(), documentation);
  }

  public <T> List<T> list(String name, ConfigType<T> element, String documentation) {
    return List.copyOf(get(name, ConfigType.list(element), List.of(), documentation));
  }

  /// The value, or `otherwise` when the key is absent or null.
  public <T> T get(String name, ConfigType<T> type, T otherwise, String documentation) {
    T value = read(name, type, documentation, YamlWriter.inline(otherwise));
    T used = value == null ? otherwise : value;
    record(name, used);
    return used;
  }

  public <T> Optional<T> optional(String name, ConfigType<T> type, String documentation) {
    T value = read(name, type, documentation, "–");
    record(name, value);
    return Optional.ofNullable(value);
  }

  /// The value; when it is absent that is a problem, and `standIn` is returned.
  public <T> T required(String name, ConfigType<T> type, T standIn, String documentation) {
    T value = read(name, type, documentation, "required");
    if (value == null && !faulty.contains(name)) {
      Origin origin = find(name).map(Field::origin).orElse(nearest(name));
      fault(name, origin, "%s: required but missing: %s", name, documentation);
      misses = true;
    }
    record(name, value);
    return value == null ? standIn : value;
  }

  private <T> @Nullable T read(
      String name, ConfigType<T> type, String documentation, String defaultText) {
    Optional<Field> field = find(name);
    String origin = field.map(f -> f.value().origin().toString()).orElse("default");
    ConfigKey key = new ConfigKey(section, name, type.label(), defaultText, documentation);
    if (settings.put(name, new Setting(key, null, origin)) != null) {
      throw new IllegalStateException(name + " is read twice");
    }
    if (field.isEmpty() || field.get().value().isNull()) {
      return null;
    }
    Value value = field.get().value();
    Optional<T> parsed = type.parse(value);
    if (parsed.isEmpty()) {
      fault(
          name,
          value.origin(),
          "%s: expected %s, found %s%s",
          name,
          type.expectation(),
          value.describe(),
          type.hint().apply(value));
    }
    return parsed.orElse(null);
  }

  private void record(String name, @Nullable Object value) {
    Setting old = settings.get(name);
    if (old != null) {
      settings.put(name, new Setting(old.key(), value, old.origin()));
    }
  }

  /// States the value of a key that follows from other keys.
  public void derived(String name, Object value) {
    Setting old = settings.get(name);
    if (old != null && !value.equals(old.value())) {
      settings.put(name, new Setting(old.key(), value, "derived"));
    }
  }

  /// Whether the key is written, with this word as its value.
  public boolean says(String name, String word) {
    return find(name)
        .filter(f -> f.value() instanceof Value.Scalar s && s.text().equalsIgnoreCase(word))
        .isPresent();
  }

  /// The value of a key that has been asked for before.
  public Optional<Object> value(String name) {
    return Optional.ofNullable(settings.get(name)).map(Setting::value);
  }

  /// Whether the key is written, with null as its value.
  public boolean isNull(String name) {
    return find(name).filter(f -> f.value().isNull()).isPresent();
  }

  /// Reports a broken rule at the first of `names` that is written, unless one of them is already
  /// known to be wrong by itself. The first name is put before the message.
  public void check(boolean holds, List<String> names, String format, Object... arguments) {
    if (holds || names.stream().anyMatch(faulty::contains)) {
      return;
    }
    Origin origin =
        names.stream()
            .flatMap(name -> find(name).stream())
            .map(Field::origin)
            .findFirst()
            .orElse(root.origin());
    String message = String.format(Locale.ROOT, format, arguments);
    problems.add(origin, "%s: %s", names.getFirst(), message);
  }

  /// When one of `winners` was typed on the command line, what files say of `losers`, which are
  /// other ways to say the same, counts as not written: an option wins over a file. To be called
  /// before the keys are asked for.
  public void displace(List<String> winners, List<String> losers) {
    boolean typed = winners.stream().anyMatch(name -> isTyped(name) && !isNull(name));
    if (typed) {
      losers.stream().filter(name -> !isTyped(name)).forEach(displaced::add);
    }
  }

  /// The same where only `true` says anything.
  public void displaceIfTrue(String flag, List<String> losers) {
    if (find(flag).flatMap(f -> ConfigType.flag().parse(f.value())).orElse(false)) {
      displace(List.of(flag), losers);
    }
  }

  private boolean isTyped(String name) {
    return find(name).filter(f -> f.value().origin().isOption()).isPresent();
  }

  /// Whether a key that is required has been found missing.
  public boolean misses() {
    return misses;
  }

  /// `size` as long as it is at most `limit`; a larger one is a problem, and the limit is returned.
  public int atMost(int limit, String name, int size) {
    check(size <= limit, List.of(name), "expected at most %,d, found %d", limit, size);
    return Math.min(size, limit);
  }

  private void fault(String name, Origin origin, String format, Object... arguments) {
    faulty.add(name);
    problems.add(origin, format, arguments);
  }

  /// From now on mistakes in files are passed over, as for the training part of a checkpoint that
  /// is only to be converted.
  public void tolerate() {
    problems.stopListening();
  }

  /// Reports what no getter asked for, and throws all problems together.
  ///
  /// @return keys that have no effect though they ask for one, none of which changes a number
  public List<String> finish() {
    List<String> unheard = new UnusedKeys(settings.keySet(), problems).check(root);
    problems.throwIfAny();
    return unheard;
  }

  /// Reports refused keys that would make another network than the one the records describe.
  public void checkModelKeys() {
    for (Field field : root.fields().values()) {
      KnownKeys.find(field.name())
          .filter(KnownKeys.Known::changesModel)
          .flatMap(known -> known.refusal(field.value()))
          .ifPresent(message -> problems.add(field.origin(), message));
    }
  }

  private Optional<Field> find(String name) {
    return displaced.contains(name) ? Optional.empty() : find(root, name);
  }

  private static Optional<Field> find(Fields fields, String path) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      return Optional.ofNullable(fields.fields().get(path));
    }
    return fields.get(path.substring(0, dot)) instanceof Fields inner
        ? find(inner, path.substring(dot + 1))
        : Optional.empty();
  }

  /// Where to add a missing key: at the mapping that should hold it.
  private Origin nearest(String name) {
    for (int dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      Optional<Field> parent = find(name.substring(0, dot));
      if (parent.isPresent()) {
        return parent.get().origin();
      }
    }
    return root.origin();
  }

  /// Every key asked for so far, in order.
  public Collection<Setting> settings() {
    return settings.values();
  }
}
