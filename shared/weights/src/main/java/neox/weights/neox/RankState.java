package neox.weights.neox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import neox.weights.ByteSource;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.Woven;
import neox.weights.Zeros;
import neox.weights.neox.OptimizerPart.Address;
import neox.weights.neox.ParameterOrder.Entry;

/// The optimizer's state of one model-parallel rank: where each parameter's numbers lie in the
/// files of its data-parallel ranks.
final class RankState {
  /// A run of a parameter's numbers.
  ///
  /// @param part the data-parallel rank
  /// @param unit in that rank's file
  private record Run(int part, long unit, long from, long count) {}

  private final List<OptimizerPart> parts;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, List<Run>> runs = new LinkedHashMap<>();

  /// @param parts by data-parallel rank, at least one
  RankState(List<OptimizerPart> parts, ParameterOrder order) {
    this.parts = List.copyOf(parts);
    order.groups().forEach(group -> group.forEach(entry -> entries.put(entry.key(), entry)));
    switch (first().form()) {
      case BY_PARAMETER -> addUnits(order);
      case BY_GROUP -> {
        if (first().mappings().isEmpty()) {
          addGroups(order);
        } else {
          addMapped();
        }
      }
      case BY_PARTITION -> addPartitions(order);
    }
    entries.values().forEach(this::requireWhole);
  }

  private OptimizerPart first() {
    return parts.getFirst();
  }

  Set<String> keys() {
    return entries.keySet();
  }

  long step() {
    return parts.stream().mapToLong(OptimizerPart::step).max().orElseThrow();
  }

  Set<String> slots() {
    Set<String> slots = new LinkedHashSet<>();
    parts.forEach(part -> slots.addAll(part.slots()));
    return slots;
  }

  boolean hasMasters() {
    return first().hasMasters();
  }

  Optional<StoredLossScale> lossScale() {
    return first().lossScale();
  }

  /// The shape of this rank's piece.
  Shape shape(String key) {
    return Objects.requireNonNull(entries.get(key), key).shape();
  }

  /// This rank's piece of a parameter in one slot. What no step has changed yet is zero.
  ///
  /// @param shape that the slot has
  LazyTensor tensor(String key, Shape shape, String slot) {
    List<Run> all = runs.getOrDefault(key, List.of());
    ByteSource bytes =
        switch (all.size()) {
          case 0 -> new Zeros(shape.count() * Float.BYTES);
          case 1 -> {
            boolean whole = first().form() == OptimizerPart.Form.BY_PARAMETER;
            long count = whole ? shape.count() : all.getFirst().count();
            yield numbers(all.getFirst(), key, slot, count)
                .orElseGet(() -> new Zeros(shape.count() * Float.BYTES));
          }
          default -> {
            List<ByteSource> pieces = new ArrayList<>();
            for (Run run : all) {
              pieces.add(
                  numbers(run, key, slot, run.count())
                      .orElseGet(() -> new Zeros(run.count() * Float.BYTES)));
            }
            yield Woven.concatenated(pieces);
          }
        };
    return new LazyTensor(DType.FLOAT32, shape, bytes);
  }

  /// `count` numbers where a run begins; empty where nothing is remembered yet.
  private Optional<ByteSource> numbers(Run run, String key, String slot, long count) {
    OptimizerPart part = parts.get(run.part());
    Optional<LazyTensor> tensor = part.find(run.unit(), slot);
    if (tensor.isEmpty()) {
      return Optional.empty();
    }
    boolean whole = first().form() == OptimizerPart.Form.BY_PARAMETER;
    long available = tensor.get().shape().count();
    if (run.from() + count > available || (whole && count != available)) {
      throw part.refuse(
          "holds %d numbers of %s of %s; expected %d", available, slot, key, run.from() + count);
    }
    return Optional.of(tensor.get().bytes().slice(run.from() * Float.BYTES, count * Float.BYTES));
  }

  private void add(String key, Run run) {
    runs.computeIfAbsent(key, _ -> new ArrayList<>()).add(run);
  }

  private void addUnits(ParameterOrder order) {
    for (int group = 0; group < order.groups().size(); group++) {
      List<Entry> expected = order.groups().get(group);
      List<Long> units = group < first().groups().size() ? first().groups().get(group) : List.of();
      if (units.size() != expected.size()) {
        throw first()
            .refuse(
                "has %d parameters in group %d; expected %d", units.size(), group, expected.size());
      }
      for (int i = 0; i < units.size(); i++) {
        Entry entry = expected.get(i);
        add(entry.key(), new Run(0, units.get(i), 0, entry.shape().count()));
      }
    }
  }

  /// Parameters one after the other in what all ranks' partitions of a group make together.
  private void addGroups(ParameterOrder order) {
    int alignment = 2 * parts.size(); // DeepSpeed's: each partition begins at an even number
    for (int group = 0; group < order.groups().size(); group++) {
      long found = 0;
      for (OptimizerPart part : parts) {
        found += part.length(group);
      }
      long expected = order.count(group);
      if (found < expected || found > Math.ceilDiv(expected, alignment) * alignment) {
        throw first().refuse("has %d numbers in group %d; expected %d", found, group, expected);
      }
      long from = 0;
      for (Entry entry : order.groups().get(group)) {
        addRange(entry.key(), group, from, from + entry.shape().count());
        from += entry.shape().count();
      }
    }
  }

  private void addRange(String key, int group, long from, long to) {
    long begin = 0;
    for (int part = 0; part < parts.size(); part++) {
      long end = begin + parts.get(part).length(group);
      long first = Math.max(from, begin);
      long last = Math.min(to, end);
      if (first < last) {
        add(key, new Run(part, group, first - begin, last - first));
      }
      begin = end;
    }
  }

  private void addMapped() {
    for (int part = 0; part < parts.size(); part++) {
      List<Map<String, Address>> groups = parts.get(part).mappings();
      for (int group = 0; group < groups.size(); group++) {
        for (Map.Entry<String, Address> each : groups.get(group).entrySet()) {
          Address address = each.getValue();
          add(each.getKey(), new Run(part, group, address.start(), address.count()));
        }
      }
    }
  }

  /// Each rank holds an equal part of every parameter, the last ones filled up.
  private void addPartitions(ParameterOrder order) {
    for (int part = 0; part < parts.size(); part++) {
      long unit = 0;
      long at = 0;
      for (Entry entry : order.groups().stream().flatMap(List::stream).toList()) {
        long each = Math.ceilDiv(entry.shape().count(), parts.size());
        while (at == parts.get(part).length(unit) && unit < parts.get(part).masterCount()) {
          unit++;
          at = 0;
        }
        long mine = Math.clamp(entry.shape().count() - part * each, 0, each);
        if (mine > 0) {
          add(entry.key(), new Run(part, unit, at, mine));
        }
        at += each;
        if (at > parts.get(part).length(unit)) {
          throw parts.get(part).refuse("has no room for %s in unit %d", entry.key(), unit);
        }
      }
    }
  }

  private void requireWhole(Entry entry) {
    long found = runs.getOrDefault(entry.key(), List.of()).stream().mapToLong(Run::count).sum();
    if (found != entry.shape().count()) {
      throw first()
          .refuse(
              "holds %d numbers of %s, all ranks' together; expected %d",
              found, entry.key(), entry.shape().count());
    }
  }
}
