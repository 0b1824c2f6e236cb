package neox.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import neox.python.PythonCase;
import neox.python.PythonText;
import neox.template.value.Arguments;
import neox.template.value.Arguments.Bound;
import neox.template.value.Arithmetic;
import neox.template.value.Comparison;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Operator;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Size;
import neox.template.value.Value;

/// Filters on sequences and dictionaries.
final class SequenceFilters {
  static final Map<String, Filters.Filter> ALL =
      Map.ofEntries(
          Map.entry("length", (v, a, e) -> Value.Int.of(Sequences.length(only(v, a, "length")))),
          Map.entry("count", (v, a, e) -> Value.Int.of(Sequences.length(only(v, a, "count")))),
          Map.entry("list", (v, a, e) -> new Value.Listing(Sequences.items(only(v, a, "list")))),
          Map.entry("first", (v, a, e) -> first(only(v, a, "first"), e)),
          Map.entry("last", (v, a, e) -> last(only(v, a, "last"), e)),
          Map.entry("reverse", (v, a, e) -> reverse(only(v, a, "reverse"))),
          Map.entry("join", SequenceFilters::join),
          Map.entry("sort", SequenceFilters::sort),
          Map.entry("unique", SequenceFilters::unique),
          Map.entry("min", (v, a, e) -> extreme(v, a, e, "min")),
          Map.entry("max", (v, a, e) -> extreme(v, a, e, "max")),
          Map.entry("sum", SequenceFilters::sum),
          Map.entry("items", (v, a, e) -> items(only(v, a, "items"))),
          Map.entry("dictsort", (v, a, e) -> dictSort(v, a)),
          Map.entry("batch", (v, a, e) -> GroupFilters.batch(v, a)),
          Map.entry("slice", (v, a, e) -> GroupFilters.slice(v, a)),
          Map.entry("groupby", GroupFilters::groupBy));

  private static Value only(Value subject, Arguments arguments, String filter) {
    arguments.bind(filter, 0);
    return subject;
  }

  private static Value first(Value subject, Evaluator evaluator) {
    var items = Sequences.iterate(subject);
    return items.hasNext()
        ? items.next()
        : evaluator.dialect().undefined("No first item, sequence was empty.");
  }

  private static Value last(Value subject, Evaluator evaluator) {
    List<Value> reversed =
        Sequences.reversed(subject)
            .orElseThrow(() -> Fault.of("'%s' object is not reversible", subject.type()));
    return reversed.isEmpty()
        ? evaluator.dialect().undefined("No last item, sequence was empty.")
        : reversed.getFirst();
  }

  private static Value reverse(Value subject) {
    if (subject instanceof Value.Text text) {
      return new Value.Text(PythonText.reverse(text.value()), text.isMarkup());
    }
    return Sequences.reversed(subject)
        .<Value>map(items -> new Value.Lazy(items.iterator()))
        .orElseGet(() -> new Value.Listing(Sequences.items(subject).reversed()));
  }

  private static Value join(Value subject, Arguments arguments, Evaluator evaluator) {
    Bound bound = arguments.bind("join", 0, "d", "attribute");
    String separator = bound.given(0).map(Printing::str).orElse("");
    UnaryOperator<Value> part = Paths.getter(bound.unlessNone(1), Optional.empty(), evaluator);
    StringBuilder joined = new StringBuilder();
    String before = "";
    for (Value item : Sequences.items(subject)) {
      joined.append(before).append(Printing.str(part.apply(item)));
      Size.require(joined.length());
      before = separator;
    }
    return new Value.Text(joined.toString());
  }

  /// Keys are compared as lists of parts, so that parts without an order may stand there if equal.
  private static Value sort(Value subject, Arguments arguments, Evaluator evaluator) {
    Bound bound = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
    boolean caseMatters = bound.isTrue(1);
    List<UnaryOperator<Value>> getters = new ArrayList<>();
    for (Optional<Value> path : paths(bound.unlessNone(2))) {
      getters.add(Paths.getter(path, Optional.empty(), evaluator));
    }
    UnaryOperator<Value> key =
        item ->
            new Value.Listing(
                getters.stream().map(g -> folded(g.apply(item), caseMatters)).toList());
    return new Value.Listing(Sequences.sorted(Sequences.items(subject), key, bound.isTrue(0)));
  }

  private static List<Optional<Value>> paths(Optional<Value> attribute) {
    if (attribute.isPresent() && attribute.get() instanceof Value.Text(String paths, _)) {
      return PythonText.split(paths, ",", -1).stream()
          .map(path -> Optional.<Value>of(Value.of(path)))
          .toList();
    }
    return List.of(attribute);
  }

  static Value folded(Value value, boolean caseMatters) {
    return !caseMatters && value instanceof Value.Text(String text, _)
        ? new Value.Text(PythonCase.lower(text))
        : value;
  }

  private static Value unique(Value subject, Arguments arguments, Evaluator evaluator) {
    Bound bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
    return Value.Lazy.of(() -> {
      UnaryOperator<Value> getter = Paths.getter(bound.unlessNone(1), Optional.empty(), evaluator);
      Set<Value> seen = new HashSet<>();
      List<Value> unique = new ArrayList<>();
      for (Value item : Sequences.items(subject)) {
        if (seen.add(Dict.plain(folded(getter.apply(item), bound.isTrue(0))))) {
          unique.add(item);
        }
      }
      return unique.iterator();
    });
  }

  private static Value extreme(
      Value subject, Arguments arguments, Evaluator evaluator, String filter) {
    Bound bound = arguments.bind(filter, 0, "case_sensitive", "attribute");
    UnaryOperator<Value> getter = Paths.getter(bound.unlessNone(1), Optional.empty(), evaluator);
    Optional<Value> best = Optional.empty();
    Value bestKey = Value.None.NONE;
    for (Value item : Sequences.items(subject)) {
      Value key = folded(getter.apply(item), bound.isTrue(0));
      boolean better =
          best.isEmpty()
              || (filter.equals("min")
                  ? Comparison.isLess(key, bestKey)
                  : Comparison.isLess(bestKey, key));
      if (better) {
        best = Optional.of(item);
        bestKey = key;
      }
    }
    return best.orElseGet(
        () -> evaluator.dialect().undefined("No aggregated item, sequence was empty."));
  }

  private static Value sum(Value subject, Arguments arguments, Evaluator evaluator) {
    Bound bound = arguments.bind("sum", 0, "attribute", "start");
    UnaryOperator<Value> getter = Paths.getter(bound.unlessNone(0), Optional.empty(), evaluator);
    Value sum = bound.given(1).orElse(Value.Int.of(0));
    for (Value item : Sequences.items(subject)) {
      sum = Arithmetic.apply(Operator.ADD, sum, getter.apply(item));
    }
    return sum;
  }

  private static Value items(Value subject) {
    return Value.Lazy.of(() -> {
      if (subject instanceof Value.Undefined) {
        return Collections.emptyIterator();
      }
      if (subject instanceof Dict dict) {
        return dict.items().iterator();
      }
      throw Fault.of("Can only get item pairs from a mapping.");
    });
  }

  private static Value dictSort(Value subject, Arguments arguments) {
    Bound bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
    if (!(subject instanceof Dict dict)) {
      throw Fault.of("dictsort: expected a mapping, found '%s'", subject.type());
    }
    String by = bound.text(1, "key");
    if (!by.equals("key") && !by.equals("value")) {
      throw Fault.of("You can only sort by either \"key\" or \"value\"");
    }
    int part = by.equals("key") ? 0 : 1;
    UnaryOperator<Value> key =
        pair -> folded(((Value.Tuple) pair).items().get(part), bound.isTrue(0));
    return new Value.Listing(Sequences.sorted(dict.items(), key, bound.isTrue(2)));
  }

  private SequenceFilters() {}
}
