package neox.template.value;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a call is given.
///
/// @param named in the order of the call
public record Arguments(List<Value> positional, Map<String, Value> named) {
  /// A call without arguments.
  public static final Arguments NONE = new Arguments(List.of(), Map.of());

  /// Matches the arguments with parameters; [neox.base.UserException] when they do not fit.
  ///
  /// @param function for messages
  /// @param required how many of the parameters must be given
  public Bound bind(String function, int required, String... parameters) {
    if (positional.size() > parameters.length) {
      throw Fault.of(
          "%s() takes at most %d argument%s, found %d",
          function, parameters.length, parameters.length == 1 ? "" : "s", positional.size());
    }
    List<Optional<Value>> values = new ArrayList<>();
    for (int i = 0; i < parameters.length; i++) {
      Optional<Value> byName = Optional.ofNullable(named.get(parameters[i]));
      if (i < positional.size() && byName.isPresent()) {
        throw Fault.of("%s() got two values for '%s'", function, parameters[i]);
      }
      values.add(i < positional.size() ? Optional.of(positional.get(i)) : byName);
    }
    refuseUnknown(function, Arrays.asList(parameters));
    for (int i = 0; i < required; i++) {
      if (values.get(i).isEmpty()) {
        throw Fault.of("%s() needs the argument '%s'", function, parameters[i]);
      }
    }
    return new Bound(function, List.of(parameters), values);
  }

  private void refuseUnknown(String function, List<String> parameters) {
    for (String name : named.keySet()) {
      if (!parameters.contains(name)) {
        throw Fault.of("%s() has no argument '%s'", function, name);
      }
    }
  }

  /// The arguments without the first positional one.
  public Arguments rest() {
    return new Arguments(positional.subList(1, positional.size()), named);
  }

  /// The arguments of the parameters, by number.
  public static final class Bound {
    private final String function;
    private final List<String> parameters;
    private final List<Optional<Value>> values;

    private Bound(String function, List<String> parameters, List<Optional<Value>> values) {
      this.function = function;
      this.parameters = parameters;
      this.values = values;
    }

    /// What was given for a parameter; empty when nothing was.
    public Optional<Value> given(int parameter) {
      return values.get(parameter);
    }

    /// As [#given], where `None` says the same as nothing.
    public Optional<Value> unlessNone(int parameter) {
      return given(parameter).filter(value -> value != Value.None.NONE);
    }

    public Value value(int parameter) {
      return given(parameter).orElseThrow();
    }

    /// A string; [neox.base.UserException] when the argument is something else.
    public String text(int parameter) {
      if (value(parameter) instanceof Value.Text(String text, _)) {
        return text;
      }
      throw wrong(parameter, "a string");
    }

    public String text(int parameter, String fallback) {
      return given(parameter).isPresent() ? text(parameter) : fallback;
    }

    /// An integer, cut to the range of Java's `int`.
    public int integer(int parameter, int fallback) {
      if (given(parameter).isEmpty()) {
        return fallback;
      }
      BigInteger whole =
          Arithmetic.whole(value(parameter)).orElseThrow(() -> wrong(parameter, "an integer"));
      return whole
          .min(BigInteger.valueOf(Integer.MAX_VALUE))
          .max(BigInteger.valueOf(-Integer.MAX_VALUE))
          .intValue();
    }

    public boolean isTrue(int parameter) {
      return given(parameter).isPresent() && Sequences.isTrue(value(parameter));
    }

    private Fault wrong(int parameter, String expected) {
      Arithmetic.requireDefined(value(parameter));
      return Fault.of(
          "%s(): '%s' must be %s, found '%s'",
          function, parameters.get(parameter), expected, value(parameter).type());
    }
  }
}
