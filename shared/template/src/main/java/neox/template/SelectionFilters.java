package neox.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import neox.template.value.Arguments;
import neox.template.value.Arguments.Bound;
import neox.template.value.Arithmetic;
import neox.template.value.Attributes;
import neox.template.value.Fault;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Value;

/// Filters that apply another filter or a test, and those about what is defined.
final class SelectionFilters {
  static final Map<String, Filters.Filter> ALL =
      Map.of(
          "map",
          SelectionFilters::map,
          "select",
          (v, a, e) -> select(v, a, e, true),
          "reject",
          (v, a, e) -> select(v, a, e, false),
          "selectattr",
          (v, a, e) -> selectByAttribute(v, a, e, true),
          "rejectattr",
          (v, a, e) -> selectByAttribute(v, a, e, false),
          "attr",
          SelectionFilters::attribute,
          "default",
          SelectionFilters::orElse,
          "d",
          SelectionFilters::orElse);

  private static Value orElse(Value subject, Arguments arguments, Evaluator evaluator) {
    Bound bound = arguments.bind("default", 0, "default_value", "boolean");
    boolean absent =
        subject instanceof Value.Undefined || (bound.isTrue(1) && !Sequences.isTrue(subject));
    return absent ? bound.given(0).orElse(Value.of("")) : subject;
  }

  /// The attribute, never the item of that name.
  private static Value attribute(Value subject, Arguments arguments, Evaluator evaluator) {
    String name = Printing.str(arguments.bind("attr", 1, "name").value(0));
    Arithmetic.requireDefined(subject);
    return Attributes.own(subject, name, evaluator.dialect())
        .orElseGet(() ->
            evaluator
                .dialect()
                .undefined("'" + subject.type() + " object' has no attribute '" + name + "'"));
  }

  private static Value map(Value subject, Arguments arguments, Evaluator evaluator) {
    return lazily(subject, items -> changed(items, change(arguments, evaluator)));
  }

  private static UnaryOperator<Value> change(Arguments arguments, Evaluator evaluator) {
    if (arguments.positional().isEmpty()) {
      Bound bound = arguments.bind("map", 0, "attribute", "default");
      Value path = bound.given(0).orElseThrow(() -> Fault.of("map requires a filter argument"));
      return Paths.getter(Optional.of(path), bound.unlessNone(1), evaluator);
    }
    String filter = Printing.str(arguments.positional().getFirst());
    Arguments rest = arguments.rest();
    return item -> Filters.apply(filter, item, rest, evaluator);
  }

  private static Iterator<Value> changed(Iterator<Value> items, UnaryOperator<Value> change) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public Value next() {
        return change.apply(items.next());
      }
    };
  }

  /// Nothing is looked at, wrong arguments neither, before the first item is asked for.
  private static Value lazily(Value subject, UnaryOperator<Iterator<Value>> change) {
    return Value.Lazy.of(() ->
        Sequences.isTrue(subject)
            ? change.apply(Sequences.iterate(subject))
            : Collections.emptyIterator());
  }

  private static Value selectByAttribute(
      Value subject, Arguments arguments, Evaluator evaluator, boolean wanted) {
    return lazily(
        subject,
        items -> {
          if (arguments.positional().isEmpty()) {
            throw Fault.of("Missing parameter for attribute name");
          }
          Optional<Value> path = Optional.of(arguments.positional().getFirst());
          UnaryOperator<Value> part = Paths.getter(path, Optional.empty(), evaluator);
          return selected(items, part, test(arguments.rest(), evaluator), wanted);
        });
  }

  private static Value select(
      Value subject, Arguments arguments, Evaluator evaluator, boolean wanted) {
    return lazily(
        subject,
        items -> selected(items, UnaryOperator.identity(), test(arguments, evaluator), wanted));
  }

  private static Iterator<Value> selected(
      Iterator<Value> items, UnaryOperator<Value> part, Predicate<Value> test, boolean wanted) {
    List<Value> selected = new ArrayList<>();
    items.forEachRemaining(item -> {
      if (test.test(part.apply(item)) == wanted) {
        selected.add(item);
      }
    });
    return selected.iterator();
  }

  private static Predicate<Value> test(Arguments arguments, Evaluator evaluator) {
    if (arguments.positional().isEmpty()) {
      return Sequences::isTrue;
    }
    String name = Printing.str(arguments.positional().getFirst());
    Arguments rest = arguments.rest();
    return value -> Tests.holds(name, value, rest, evaluator.dialect());
  }

  private SelectionFilters() {}
}
