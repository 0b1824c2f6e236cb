package neox.config.table;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import neox.config.table.KnownKeys.Effect;
import neox.config.table.KnownKeys.Known;
import neox.config.table.Value.Field;
import neox.config.table.Value.Fields;

/// Looks through the keys of a configuration that no record asked for: known ones may pass, with or
/// without a word, all others are reported.
final class UnusedKeys {
  /// Options for DeepSpeed, which GPT-NeoX hands over unread.
  private static final String EXTRA = "deepspeed_extra_args";

  /// A longer name is no misspelt key, and a file with more mistakes no configuration: guessing
  /// what was meant would take minutes.
  private static final int LONGEST_NAME = 64;

  private static final int MOST_GUESSES = 100;

  private final Set<String> supported;
  private final Set<String> parents;
  private final Problems problems;
  private final List<String> unheard = new ArrayList<>();

  /// @param supported the keys that records asked for
  UnusedKeys(Set<String> supported, Problems problems) {
    this.supported = supported;
    this.parents = parents(supported);
    this.problems = problems;
  }

  /// The keys that ask in vain for something that changes no number.
  List<String> check(Fields root) {
    check("", root);
    return List.copyOf(unheard);
  }

  private void check(String prefix, Fields fields) {
    for (Field field : fields.fields().values()) {
      String name = prefix + field.name();
      boolean isParent = parents.contains(name);
      if (name.equals(EXTRA) && field.value() instanceof Fields inner) {
        inner.fields().values().forEach(this::checkExtra);
      } else if (isParent && field.value() instanceof Fields inner) {
        check(name + ".", inner);
      } else if (isParent && !field.value().isNull()) {
        problems.add(
            field.value().origin(),
            "%s: expected a mapping, found %s",
            name,
            field.value().describe());
      } else if (!isParent && !supported.contains(name)) {
        checkKnown(name, field);
      }
    }
  }

  private void checkKnown(String name, Field field) {
    Optional<Known> known = KnownKeys.find(name);
    if (known.isEmpty()) {
      unknown(name, field);
    } else if (known.get().isUnheard(field.value())) {
      unheard.add(name);
    } else {
      known.get().refusal(field.value()).ifPresent(m -> problems.add(field.origin(), m));
    }
  }

  /// What these options hold wins over the keys of GPT-NeoX, so only what has no effect may pass.
  private void checkExtra(Field field) {
    Optional<Known> known = KnownKeys.find(field.name());
    boolean harmless =
        known.filter(k -> k.effect() == Effect.NONE || k.effect() == Effect.UNHEARD).isPresent();
    String name = EXTRA + "." + field.name();
    if (harmless && known.get().isUnheard(field.value())) {
      unheard.add(name);
    } else if (!harmless) {
      boolean ours = supported.contains(field.name()) || parents.contains(field.name());
      problems.add(
          field.origin(),
          "%s: not supported: DeepSpeed would prefer it to the other keys; %s",
          name,
          ours ? "write " + field.name() + " at the top level" : "remove it");
    }
  }

  /// The keys that hold other keys: what stands before each dot.
  private static Set<String> parents(Set<String> supported) {
    Set<String> parents = new HashSet<>();
    Stream.concat(supported.stream(), KnownKeys.names().stream())
        .forEach(key -> {
          for (int dot = key.indexOf('.'); dot > 0; dot = key.indexOf('.', dot + 1)) {
            parents.add(key.substring(0, dot));
          }
        });
    return parents;
  }

  private void unknown(String name, Field field) {
    Optional<String> today = OldKeys.today(name);
    if (today.isPresent()) {
      problems.add(
          field.origin(),
          "%s: GPT-NeoX has this key no more; %s, found %s",
          name,
          today.get(),
          field.value().describe());
    } else if (field.name().isBlank()) {
      problems.add(field.origin(), "expected a name before ':', found none");
    } else {
      problems.add(field.origin(), "%s: unknown key%s", name, guess(name));
    }
  }

  private String guess(String name) {
    if (name.length() > LONGEST_NAME || problems.size() > MOST_GUESSES) {
      return "";
    }
    List<String> candidates = new ArrayList<>(supported);
    candidates.addAll(KnownKeys.names());
    return NearestName.hint(name, candidates);
  }
}
