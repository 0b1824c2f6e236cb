package neox.train.launch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.config.LaunchConfig.Hosts;

/// Which of the hosts and slots there are a configuration takes, as DeepSpeed chooses them.
///
/// @param warn told what was chosen otherwise than it may have been meant
record HostSelection(Hosts wanted, Consumer<String> warn) {

  Resources of(Resources all) {
    if (!wanted.include().isEmpty()) {
      if (wanted.slots().isPresent() || wanted.nodes().isPresent()) {
        warn.accept("include is given, so num_gpus and num_nodes have no effect");
      }
      return included(all);
    }
    return wanted.exclude().isEmpty() ? first(all) : excluded(all);
  }

  private Resources first(Resources all) {
    int nodes = wanted.nodes().orElse(all.hosts().size());
    if (nodes > all.hosts().size()) {
      throw UserException.of(
          "num_nodes: expected at most the %d hosts there are (%s), found %d",
          all.hosts().size(), String.join(", ", all.hosts()), nodes);
    }
    SequencedMap<String, List<Integer>> taken = new LinkedHashMap<>();
    for (String host : all.hosts().subList(0, nodes)) {
      taken.put(host, wanted.slots().isEmpty() ? all.slots(host) : firstSlots(all, host));
    }
    return new Resources(taken);
  }

  private List<Integer> firstSlots(Resources all, String host) {
    int count = wanted.slots().orElseThrow();
    if (count > all.slots(host).size()) {
      throw UserException.of(
          "num_gpus: expected at most the %d slots of %s, found %d",
          all.slots(host).size(), host, count);
    }
    return Resources.first(count);
  }

  /// NeoX compat: a host without slots has none here, though DeepSpeed's own words promise all of
  /// them.
  private Resources included(Resources all) {
    SequencedMap<String, List<Integer>> named =
        named("include", wanted.include(), all, (_, later) -> later);
    List<String> without =
        named.entrySet().stream().filter(e -> e.getValue().isEmpty()).map(e -> e.getKey()).toList();
    if (without.size() == named.size()) {
      throw UserException.of(
          "include: Train batch size: 0 has to be greater than 0: no host has slots in '%s', and"
              + " GPT-NeoX leaves such a host out; write %s",
          wanted.include(), spelledOut(without, all));
    }
    for (String host : without) {
      warn.accept(
          "include: %1$s is left out, as GPT-NeoX does with a host without slots; to take all of it"
                  .formatted(host)
              + " write "
              + spelledOut(List.of(host), all));
    }
    SequencedMap<String, List<Integer>> taken = new LinkedHashMap<>();
    for (String host : all.hosts()) {
      List<Integer> slots = named.getOrDefault(host, List.of());
      slots.stream()
          .filter(slot -> !all.slots(host).contains(slot))
          .forEach(slot ->
              warn.accept(
                  "include: No slot '%d' specified on host '%s', which has %d; a rank is started for"
                          .formatted(slot, host, all.slots(host).size())
                      + " it all the same, as GPT-NeoX does"));
      if (!slots.isEmpty()) {
        taken.put(host, slots);
      }
    }
    return new Resources(taken);
  }

  private static String spelledOut(List<String> hosts, Resources all) {
    List<String> words = new ArrayList<>();
    for (String host : hosts) {
      List<String> slots = all.slots(host).stream().map(String::valueOf).toList();
      words.add(host + ":" + String.join(",", slots));
    }
    return String.join("@", words);
  }

  private Resources excluded(Resources all) {
    SequencedMap<String, List<Integer>> named =
        named("exclude", wanted.exclude(), all, HostSelection::both);
    SequencedMap<String, List<Integer>> left = new LinkedHashMap<>();
    for (String host : all.hosts()) {
      List<Integer> without = named.get(host);
      List<Integer> slots = new ArrayList<>(all.slots(host));
      if (without != null) {
        requireKnown(host, without, all);
        slots.removeIf(slot -> without.isEmpty() || without.contains(slot));
      }
      if (!slots.isEmpty()) {
        left.put(host, slots);
      }
    }
    if (left.isEmpty()) {
      throw UserException.of("exclude: '%s' leaves no host to train on", wanted.exclude());
    }
    return new Resources(left);
  }

  /// All slots of both; of a host that was named alone, all that it has.
  private static List<Integer> both(List<Integer> a, List<Integer> b) {
    return a.isEmpty() || b.isEmpty() ? List.of() : Stream.concat(a.stream(), b.stream()).toList();
  }

  private static void requireKnown(String host, List<Integer> slots, Resources all) {
    for (int slot : slots) {
      if (!all.slots(host).contains(slot)) {
        throw UserException.of(
            "exclude: No slot '%d' specified on host '%s', which has %d",
            slot, host, all.slots(host).size());
      }
    }
  }

  /// Hosts and slots of `HOST:SLOT,SLOT@HOST`; no slots: the host alone was named.
  ///
  /// @param again what holds for a host that is named twice
  private static SequencedMap<String, List<Integer>> named(
      String key, String text, Resources all, BinaryOperator<List<Integer>> again) {
    SequencedMap<String, List<Integer>> named = new LinkedHashMap<>();
    for (String part : text.split("@", -1)) {
      int colon = part.indexOf(':');
      String host = colon < 0 ? part : part.substring(0, colon);
      if (!all.slots().containsKey(host)) {
        throw UserException.of(
            "%s: Hostname '%s' not found in hostfile; it has %s",
            key, host, String.join(", ", all.hosts()));
      }
      List<Integer> slots = colon < 0 ? List.of() : slots(key, part, part.substring(colon + 1));
      named.merge(host, slots, again);
    }
    return named;
  }

  /// In their order, each once.
  private static List<Integer> slots(String key, String part, String list) {
    TreeSet<Integer> slots = new TreeSet<>();
    for (String slot : list.split(",", -1)) {
      if (!slot.strip().matches("\\d{1,6}")) {
        throw UserException.of(
            "%s: expected slots such as HOST:0,1 in '%s', found '%s'", key, part, slot);
      }
      slots.add(Integer.parseInt(slot.strip()));
    }
    return List.copyOf(slots);
  }
}
