package neox.template.value;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// A value as Python has it.
///
/// All are immutable but [Lazy], [Namespace] and [Loop], which belong to one rendering.
public sealed interface Value
    permits Value.None,
        Value.Bool,
        Value.Int,
        Value.Real,
        Value.Text,
        Value.Listing,
        Value.Tuple,
        Value.Range,
        Value.View,
        Value.Lazy,
        Value.Callable,
        Value.Undefined,
        Dict,
        Namespace,
        Loop {

  /// Python's name of the type, for messages.
  String type();

  /// `None`.
  enum None implements Value {
    NONE;

    @Override
    public String type() {
      return "NoneType";
    }
  }

  /// `True` or `False`, which are also the numbers 1 and 0.
  record Bool(boolean value) implements Value {
    public static final Bool TRUE = new Bool(true);
    public static final Bool FALSE = new Bool(false);

    public static Bool of(boolean value) {
      return value ? TRUE : FALSE;
    }

    @Override
    public String type() {
      return "bool";
    }
  }

  /// An integer of any size.
  record Int(BigInteger value) implements Value {
    public static Int of(long value) {
      return new Int(BigInteger.valueOf(value));
    }

    @Override
    public String type() {
      return "int";
    }
  }

  /// A floating-point number.
  record Real(double value) implements Value {
    @Override
    public String type() {
      return "float";
    }
  }

  /// A string; its unit is the code point.
  record Text(String value) implements Value {
    @Override
    public String type() {
      return "str";
    }
  }

  /// A list.
  record Listing(List<Value> items) implements Value {
    public Listing {
      items = List.copyOf(items);
    }

    @Override
    public String type() {
      return "list";
    }
  }

  /// A tuple.
  record Tuple(List<Value> items) implements Value {
    public Tuple {
      items = List.copyOf(items);
    }

    public static Tuple of(Value... items) {
      return new Tuple(List.of(items));
    }

    @Override
    public String type() {
      return "tuple";
    }
  }

  /// What `range()` gives.
  ///
  /// @param items the numbers themselves; they are few, as the function sees to
  record Range(long start, long stop, long step, List<Value> items) implements Value {
    @Override
    public String type() {
      return "range";
    }
  }

  /// The keys, values or items of a dictionary.
  ///
  /// @param type `dict_keys`, `dict_values` or `dict_items`
  record View(String type, List<Value> items) implements Value {
    public View {
      items = List.copyOf(items);
    }
  }

  /// What a filter such as `map` gives: items that can be gone through once.
  record Lazy(Iterator<Value> items) implements Value {
    @Override
    public String type() {
      return "generator";
    }
  }

  /// A function, a macro or the method of a value.
  record Callable(String name, Body body) implements Value {
    /// What a call does.
    @FunctionalInterface
    public interface Body {
      /// Throws [neox.base.UserException] when the arguments are no good.
      Value call(Arguments arguments);
    }

    @Override
    public String type() {
      return "function";
    }
  }

  /// What a name or an attribute that does not exist evaluates to.
  ///
  /// @param problem what to say when it is used
  /// @param strict whether every use is an error; otherwise it prints as nothing and counts as
  ///   false and empty
  record Undefined(String problem, boolean strict) implements Value {
    @Override
    public String type() {
      return "Undefined";
    }
  }

  /// A string as a value.
  static Value of(String text) {
    return new Text(text);
  }

  /// JSON as Python's parser reads it.
  static Value of(JsonNode json) {
    return switch (json.getNodeType()) {
      case OBJECT -> {
        Dict.Builder dict = new Dict.Builder();
        json.properties().forEach(e -> dict.put(new Text(e.getKey()), of(e.getValue())));
        yield dict.build();
      }
      case ARRAY -> {
        List<Value> items = new ArrayList<>();
        json.forEach(item -> items.add(of(item)));
        yield new Listing(items);
      }
      case STRING -> new Text(json.textValue());
      case BOOLEAN -> Bool.of(json.booleanValue());
      case NUMBER ->
          json.isIntegralNumber() ? new Int(json.bigIntegerValue()) : new Real(json.doubleValue());
      case NULL, MISSING, BINARY, POJO -> None.NONE;
    };
  }
}
