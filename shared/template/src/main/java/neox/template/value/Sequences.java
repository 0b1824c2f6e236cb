package neox.template.value;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.python.PythonText;

/// Going through values, their length and their parts.
public final class Sequences {

  /// The items of a value; [Fault] when it has none. Uses a [Value.Lazy] up.
  public static Iterator<Value> iterate(Value value) {
    return value instanceof Value.Lazy lazy ? lazy.items() : items(value).iterator();
  }

  /// The items of a value as a list; [Fault] when it has none. Uses a [Value.Lazy] up.
  public static List<Value> items(Value value) {
    return sized(value)
        .orElseGet(() ->
            switch (value) {
              case Value.Lazy lazy -> drain(lazy.items());
              case Value.Undefined undefined -> {
                if (undefined.strict()) {
                  throw Fault.of("%s", undefined.problem());
                }
                yield List.of();
              }
              default -> throw Fault.of("'%s' object is not iterable", value.type());
            });
  }

  /// The items one after the other; those of a generator are made when they are asked for.
  public static Iterator<Value> iterator(Value value) {
    return value instanceof Value.Lazy lazy ? lazy.items() : items(value).iterator();
  }

  private static List<Value> drain(Iterator<Value> items) {
    List<Value> drained = new ArrayList<>();
    items.forEachRemaining(drained::add);
    return drained;
  }

  /// The items of a value that has a length.
  private static Optional<List<Value>> sized(Value value) {
    return switch (value) {
      case Value.Listing list -> Optional.of(list.items());
      case Value.Tuple tuple -> Optional.of(tuple.items());
      case Range range -> Optional.of(range.items());
      case Value.View view -> Optional.of(view.items());
      case Dict dict -> Optional.of(dict.keys());
      case Value.Text text -> Optional.of(characters(text.value()));
      default -> Optional.empty();
    };
  }

  public static boolean isIterable(Value value) {
    if (value instanceof Value.Undefined) {
      items(value);
      return true;
    }
    return value instanceof Value.Lazy || value instanceof Loop || sized(value).isPresent();
  }

  static List<Value> characters(String text) {
    Size.require(16L * text.length());
    return PythonText.characters(text).stream().map(Value::of).toList();
  }

  public static int length(Value value) {
    return switch (value) {
      case Value.Text text -> PythonText.length(text.value());
      case Loop loop -> loop.length();
      case Value.Undefined undefined -> items(undefined).size();
      default ->
          sized(value)
              .orElseThrow(() -> Fault.of("object of type '%s' has no len()", value.type()))
              .size();
    };
  }

  /// From the last item to the first; empty when Python cannot go backwards through the value.
  public static Optional<List<Value>> reversed(Value value) {
    return switch (value) {
      case Value.Undefined undefined -> Optional.of(items(undefined));
      default -> sized(value).map(List::reversed);
    };
  }

  public static boolean isTrue(Value value) {
    return switch (value) {
      case Value.None none -> false;
      case Value.Bool bool -> bool.value();
      case Value.Int number -> number.value().signum() != 0;
      case Value.Real number -> number.value() != 0;
      case Value.Text text -> !text.value().isEmpty();
      case Value.Undefined undefined -> !items(undefined).isEmpty();
      case Value.Lazy lazy -> true;
      case Value.Callable function -> true;
      case Value.Custom custom -> true;
      case Namespace namespace -> true;
      case Loop loop -> true;
      case Value.Listing list -> !list.items().isEmpty();
      case Value.Tuple tuple -> !tuple.items().isEmpty();
      case Range range -> range.length().signum() != 0;
      case Value.View view -> !view.items().isEmpty();
      case Dict dict -> dict.size() > 0;
    };
  }

  /// `value[key]`; empty when there is no such item.
  static Optional<Value> item(Value value, Value key) {
    return switch (value) {
      case Dict dict -> dict.get(key);
      case Value.Listing list -> at(list.items(), key);
      case Value.Tuple tuple -> at(tuple.items(), key);
      case Range range -> at(range.items(), key);
      case Value.Text text -> character(text, key);
      default -> Optional.empty();
    };
  }

  private static Optional<Value> at(List<Value> items, Value key) {
    OptionalInt index = index(key, items.size());
    return index.isPresent() ? Optional.of(items.get(index.getAsInt())) : Optional.empty();
  }

  private static Optional<Value> character(Value.Text text, Value key) {
    String value = text.value();
    OptionalInt index = index(key, PythonText.length(value));
    if (index.isEmpty()) {
      return Optional.empty();
    }
    int at = value.offsetByCodePoints(0, index.getAsInt());
    String character = Character.toString(value.codePointAt(at));
    return Optional.of(new Value.Text(character, text.isMarkup()));
  }

  /// The place of an item, counted from the end when negative; empty when there is none.
  private static OptionalInt index(Value key, int length) {
    Optional<BigInteger> index = Arithmetic.whole(key);
    if (index.isEmpty() || index.get().bitLength() >= Integer.SIZE) {
      return OptionalInt.empty();
    }
    int at = index.get().intValue();
    int from = at < 0 ? at + length : at;
    return from >= 0 && from < length ? OptionalInt.of(from) : OptionalInt.empty();
  }

  /// The bounds of a slice; none stands for Python's `None`.
  public record Slice(
      Optional<BigInteger> start, Optional<BigInteger> stop, Optional<BigInteger> step) {
    int stepOrOne() {
      int by = step.map(s -> clamp(s, Integer.MAX_VALUE)).orElse(1);
      if (by == 0) {
        throw Fault.of("slice step cannot be zero");
      }
      return by;
    }

    int from(int length) {
      int by = stepOrOne();
      return start.map(s -> bound(s, length, by)).orElse(by > 0 ? 0 : length - 1);
    }

    int to(int length) {
      int by = stepOrOne();
      return stop.map(s -> bound(s, length, by)).orElse(by > 0 ? length : -1);
    }

    /// The positions of the slice in a sequence.
    List<Integer> positions(int length) {
      int by = stepOrOne();
      int to = to(length);
      List<Integer> positions = new ArrayList<>();
      for (long at = from(length); by > 0 ? at < to : at > to; at += by) {
        positions.add((int) at);
      }
      return positions;
    }

    private static int bound(BigInteger bound, int length, int by) {
      int low = by > 0 ? 0 : -1;
      int high = by > 0 ? length : length - 1;
      int given = clamp(bound, Integer.MAX_VALUE / 2);
      int at = given < 0 ? given + length : given;
      return Math.clamp(at, low, Math.max(low, high));
    }

    private static int clamp(BigInteger value, int limit) {
      BigInteger high = BigInteger.valueOf(limit);
      return value.min(high).max(high.negate()).intValue();
    }
  }

  /// `value[start:stop:step]`; empty when the value cannot be sliced.
  public static Optional<Value> slice(Value value, Slice slice) {
    return switch (value) {
      case Value.Text text -> Optional.of(slice(text, slice));
      case Value.Listing list -> Optional.of(new Value.Listing(pick(list.items(), slice)));
      case Value.Tuple tuple -> Optional.of(new Value.Tuple(pick(tuple.items(), slice)));
      case Range range -> Optional.of(range.slice(slice));
      default -> Optional.empty();
    };
  }

  private static List<Value> pick(List<Value> items, Slice slice) {
    return slice.positions(items.size()).stream().map(items::get).toList();
  }

  private static Value slice(Value.Text text, Slice slice) {
    int[] points = text.value().codePoints().toArray();
    StringBuilder part = new StringBuilder();
    slice.positions(points.length).forEach(at -> part.appendCodePoint(points[at]));
    return new Value.Text(part.toString(), text.isMarkup());
  }

  /// Sorts; equal items stay in order, backwards too.
  public static List<Value> sorted(
      List<Value> items, java.util.function.UnaryOperator<Value> key, boolean backwards) {
    record Keyed(Value key, Value item) {}
    List<Keyed> keyed = new ArrayList<>();
    items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
    java.util.Comparator<Keyed> order =
        (a, b) ->
            Comparison.isLess(a.key(), b.key()) ? -1 : Comparison.isLess(b.key(), a.key()) ? 1 : 0;
    keyed.sort(backwards ? Collections.reverseOrder(order) : order);
    return keyed.stream().map(Keyed::item).toList();
  }

  private Sequences() {}
}
