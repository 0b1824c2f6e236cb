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
          (v, a, e) -> select(v, UnaryOperator.identity(), a, true),
          "reject",
          (v, a, e) -> select(v, UnaryOperator.identity(), a, false),
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
    return Attributes.own(subject, name)
        .orElseGet(() ->
            evaluator
                .dialect()
                .undefined("'" + subject.type() + " object' has no attribute '" + name + "'"));
  }

  private static Value map(Value subject, Arguments arguments, Evaluator evaluator) {
    boolean byAttribute = arguments.positional().isEmpty();
    if (byAttribute) {
      Bound bound = arguments.bind("map", 0, "attribute", "default");
      Value path = bound.given(0).orElseThrow(() -> Fault.of("map requires a filter argument"));
      return lazily(subject, Paths.getter(Optional.of(path), bound.given(1), evaluator));
    }
    String filter = Printing.str(arguments.positional().getFirst());
    Arguments rest = arguments.rest();
    return lazily(subject, item -> Filters.apply(filter, item, rest, evaluator));
  }

  private static Value lazily(Value subject, UnaryOperator<Value> change) {
    Iterator<Value> items = anyOf(subject);
    return new Value.Lazy(
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return items.hasNext();
          }

          @Override
          public Value next() {
            return change.apply(items.next());
          }
        });
  }

  /// The items of a value; Jinja asks none of a value that counts as false.
  private static Iterator<Value> anyOf(Value subject) {
    return Sequences.isTrue(subject) ? Sequences.iterate(subject) : Collections.emptyIterator();
  }

  private static Value selectByAttribute(
      Value subject, Arguments arguments, Evaluator evaluator, boolean wanted) {
    if (arguments.positional().isEmpty()) {
      throw Fault.of("Missing parameter for attribute name");
    }
    Optional<Value> path = Optional.of(arguments.positional().getFirst());
    return select(
        subject, Paths.getter(path, Optional.empty(), evaluator), arguments.rest(), wanted);
  }

  private static Value select(
      Value subject, UnaryOperator<Value> part, Arguments arguments, boolean wanted) {
    Predicate<Value> test = test(arguments);
    List<Value> selected = new ArrayList<>();
    anyOf(subject)
        .forEachRemaining(item -> {
          if (test.test(part.apply(item)) == wanted) {
            selected.add(item);
          }
        });
    return new Value.Lazy(selected.iterator());
  }

  private static Predicate<Value> test(Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      return Sequences::isTrue;
    }
    String name = Printing.str(arguments.positional().getFirst());
    Arguments rest = arguments.rest();
    return value -> Tests.holds(name, value, rest);
  }

  private SelectionFilters() {}
}
