package neox.template.value;

import java.util.List;
import java.util.Set;
import neox.template.value.Arguments.Bound;

/// The methods of Python's lists, tuples and dictionaries that leave them as they are.
///
/// The others exist, so that a template which calls them fails, as it does for Hugging Face, whose
/// templates may not change a value either.
public final class CollectionMethods {
  private static final Set<String> OF_TUPLE = Set.of("index", "count");
  private static final Set<String> OF_LIST =
      Set.of(
          "index", "count", "copy", "append", "clear", "extend", "insert", "pop", "remove",
          "reverse", "sort");
  private static final Set<String> OF_DICT =
      Set.of(
          "get",
          "items",
          "keys",
          "values",
          "copy",
          "clear",
          "pop",
          "popitem",
          "setdefault",
          "update",
          "fromkeys");

  static boolean ofTuple(String name) {
    return OF_TUPLE.contains(name);
  }

  static boolean ofList(String name) {
    return OF_LIST.contains(name);
  }

  static boolean ofDict(String name) {
    return OF_DICT.contains(name);
  }

  static Value call(Dict dict, String name, Arguments arguments) {
    return switch (name) {
      case "get" -> {
        Bound bound = arguments.bind(name, 1, "key", "default");
        yield dict.get(bound.value(0)).orElse(bound.given(1).orElse(Value.None.NONE));
      }
      case "items" -> view(name, dict.items(), arguments);
      case "keys" -> view(name, dict.keys(), arguments);
      case "values" -> view(name, dict.values(), arguments);
      case "copy" -> {
        arguments.bind(name, 0);
        yield dict;
      }
      default -> throw unchanging("dict", name);
    };
  }

  private static Value view(String name, List<Value> items, Arguments arguments) {
    arguments.bind(name, 0);
    return new Value.View("dict_" + name, items);
  }

  static Value call(String type, List<Value> items, String name, Arguments arguments) {
    return switch (name) {
      case "index" -> index(type, items, arguments.bind(name, 1, "value", "start", "stop"));
      case "count" -> {
        Value wanted = arguments.bind(name, 1, "value").value(0);
        yield Value.Int.of(items.stream().filter(item -> Comparison.equal(item, wanted)).count());
      }
      case "copy" -> {
        arguments.bind(name, 0);
        yield new Value.Listing(items);
      }
      default -> throw unchanging(type, name);
    };
  }

  private static Value index(String type, List<Value> items, Bound bound) {
    int from = place(bound.integer(1, 0), items.size());
    int to = place(bound.integer(2, items.size()), items.size());
    for (int i = from; i < to; i++) {
      if (Comparison.equal(items.get(i), bound.value(0))) {
        return Value.Int.of(i);
      }
    }
    throw Fault.of("%s is not in %s", Printing.repr(bound.value(0)), type);
  }

  private static int place(int given, int size) {
    return Math.clamp(given < 0 ? (long) given + size : given, 0, size);
  }

  private static Fault unchanging(String type, String name) {
    return Fault.of("%s.%s is not supported: a template may not change a value", type, name);
  }

  /// `dict(mapping_or_pairs, name=value…)`
  public static Value dict(Arguments arguments) {
    Dict.Builder dict = new Dict.Builder();
    if (arguments.positional().size() > 1) {
      throw Fault.of("dict() takes at most 1 argument without a name");
    }
    for (Value source : arguments.positional()) {
      if (source instanceof Dict other) {
        dict.putAll(other);
        continue;
      }
      for (Value pair : Sequences.items(source)) {
        List<Value> both = Sequences.items(pair);
        if (both.size() != 2) {
          throw Fault.of("dict(): expected pairs, found an item of length %d", both.size());
        }
        dict.put(both.getFirst(), both.getLast());
      }
    }
    arguments.named().forEach(dict::put);
    return dict.build();
  }

  private CollectionMethods() {}
}
