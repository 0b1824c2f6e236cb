package neox.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import neox.template.value.Arguments;
import neox.template.value.Arguments.Bound;
import neox.template.value.Comparison;
import neox.template.value.Fault;
import neox.template.value.Sequences;
import neox.template.value.Size;
import neox.template.value.Value;

/// Filters that divide a sequence.
final class GroupFilters {
  /// Lists of so many items.
  static Value batch(Value subject, Arguments arguments) {
    Bound bound = arguments.bind("batch", 1, "linecount", "fill_with");
    return Value.Lazy.of(() -> {
      // As Jinja counts: a size below 1 is never reached, but the first item counts.
      int given = bound.integer(0, 1);
      int size = given < 1 ? Integer.MAX_VALUE : given;
      List<Value> all = Sequences.items(subject);
      List<Value> batches = new ArrayList<>();
      if (given == 0 && !all.isEmpty()) {
        batches.add(new Value.Listing(List.of()));
      }
      for (int from = 0; from < all.size(); from += Math.min(size, all.size())) {
        int to = (int) Math.min(all.size(), (long) from + size);
        batches.add(new Value.Listing(filled(all.subList(from, to), given, bound.unlessNone(1))));
      }
      return batches.iterator();
    });
  }

  private static List<Value> filled(List<Value> items, int size, Optional<Value> filling) {
    List<Value> filled = new ArrayList<>(items);
    if (filling.isPresent()) {
      Size.require(size);
      while (filled.size() < size) {
        filled.add(filling.get());
      }
    }
    return filled;
  }

  /// So many lists; the first ones take what is left over, the others the filling.
  static Value slice(Value subject, Arguments arguments) {
    Bound bound = arguments.bind("slice", 1, "slices", "fill_with");
    return Value.Lazy.of(() -> {
      List<Value> all = Sequences.items(subject);
      int slices = bound.integer(0, 1);
      if (slices == 0) {
        throw Fault.of("integer division or modulo by zero");
      }
      Size.require(slices);
      List<Value> lists = new ArrayList<>();
      int from = 0;
      for (int i = 0; i < slices; i++) {
        boolean longer = i < all.size() % slices;
        int to = from + all.size() / slices + (longer ? 1 : 0);
        List<Value> part = new ArrayList<>(all.subList(from, to));
        bound.unlessNone(1).filter(filling -> !longer).ifPresent(part::add);
        lists.add(new Value.Listing(part));
        from = to;
      }
      return lists.iterator();
    });
  }

  /// Pairs of a value and the list of items that have it, in the order of the values.
  static Value groupBy(Value subject, Arguments arguments, Evaluator evaluator) {
    Bound bound = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
    boolean caseMatters = bound.isTrue(2);
    UnaryOperator<Value> getter =
        Paths.getter(Optional.of(bound.value(0)), bound.unlessNone(1), evaluator);
    UnaryOperator<Value> key = item -> SequenceFilters.folded(getter.apply(item), caseMatters);
    List<Value> groups = new ArrayList<>();
    List<Value> group = new ArrayList<>();
    for (Value item : Sequences.sorted(Sequences.items(subject), key, false)) {
      boolean starts =
          !group.isEmpty() && !Comparison.equal(key.apply(group.getLast()), key.apply(item));
      if (starts) {
        groups.add(group(group, getter));
        group = new ArrayList<>();
      }
      group.add(item);
    }
    if (!group.isEmpty()) {
      groups.add(group(group, getter));
    }
    return new Value.Listing(groups);
  }

  /// Its name is the value of the first item as it is spelled there.
  private static Value group(List<Value> items, UnaryOperator<Value> getter) {
    return new Value.Tuple(
        List.of(getter.apply(items.getFirst()), new Value.Listing(items)),
        List.of("grouper", "list"));
  }

  private GroupFilters() {}
}
