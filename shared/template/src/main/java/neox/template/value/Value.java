package neox.template.value;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
        Value.View,
        Value.Lazy,
        Value.Callable,
        Value.Custom,
        Value.Undefined,
        Range,
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
  ///
  /// @param isMarkup whether it is said to be HTML, as by the filter `escape`: it then escapes what
  ///   it is joined with, and prints as `Markup('…')` inside a list. Equal to a plain string.
  record Text(String value, boolean isMarkup) implements Value {
    public Text(String value) {
      this(value, false);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Text text && value.equals(text.value);
    }

    @Override
    public int hashCode() {
      return value.hashCode();
    }

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
  ///
  /// @param names what its items may be called by, too; empty for most tuples
  record Tuple(List<Value> items, List<String> names) implements Value {
    public Tuple {
      items = List.copyOf(items);
      names = List.copyOf(names);
    }

    public Tuple(List<Value> items) {
      this(items, List.of());
    }

    public static Tuple of(Value... items) {
      return new Tuple(List.of(items));
    }

    @Override
    public String type() {
      return "tuple";
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
    /// Items that are looked for when the first is asked for, as in a Python generator.
    public static Lazy of(Supplier<Iterator<Value>> items) {
      return new Lazy(new Deferred(items));
    }

    private static final class Deferred implements Iterator<Value> {
      private final Supplier<Iterator<Value>> source;
      private @Nullable Iterator<Value> items;

      Deferred(Supplier<Iterator<Value>> source) {
        this.source = source;
      }

      private Iterator<Value> items() {
        if (items == null) {
          items = source.get();
        }
        return items;
      }

      @Override
      public boolean hasNext() {
        return items().hasNext();
      }

      @Override
      public Value next() {
        return items().next();
      }
    }

    @Override
    public String type() {
      return "generator";
    }
  }

  /// A function, a class, a macro or the method of a value.
  ///
  /// @param printed what it prints as; empty when that is another text in every run
  /// @param attributes what follows a dot
  record Callable(String name, Optional<String> printed, Map<String, Value> attributes, Body body)
      implements Value {
    public Callable(String name, Body body) {
      this(name, Optional.empty(), Map.of(), body);
    }

    /// One of Python's or Jinja's classes.
    ///
    /// @param qualified its name with its module
    public static Callable type(String qualified, Body body) {
      String name = qualified.substring(qualified.lastIndexOf('.') + 1);
      return new Callable(name, Optional.of("<class '" + qualified + "'>"), Map.of(), body);
    }

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

  /// An object of Jinja's own with attributes.
  record Custom(String type, Function<String, Optional<Value>> attributes) implements Value {}

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
