package neox.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.template.syntax.Statement.Parameter;
import neox.template.syntax.Statement.Routine;
import neox.template.value.Arguments;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;

/// What `{% macro %}` and `{% call %}` define.
final class Macros {
  private static final String CALLER = "caller";

  private final Routine routine;
  private final Renderer renderer;

  private Macros(Routine routine, Renderer renderer) {
    this.routine = routine;
    this.renderer = renderer;
  }

  /// @param around where it is defined, whose names it sees
  static Value.Callable of(Routine routine, Scope around, Renderer renderer) {
    Macros macro = new Macros(routine, renderer);
    return new Value.Callable(
        routine.name(),
        Optional.of(
            routine.name().equals(CALLER)
                ? "<Macro anonymous>"
                : "<Macro '" + routine.name() + "'>"),
        attributes(routine),
        arguments -> {
          Scope inner = around.inner();
          macro.bind(arguments, inner);
          return new Value.Text(renderer.render(routine.body(), inner));
        });
  }

  private static Map<String, Value> attributes(Routine routine) {
    List<Value> names = routine.parameters().stream().map(p -> Value.of(p.name())).toList();
    Set<String> extras = routine.extras();
    return Map.of(
        "name",
        Value.of(routine.name()),
        "arguments",
        new Value.Tuple(names),
        "catch_kwargs",
        Value.Bool.of(extras.contains("kwargs")),
        "catch_varargs",
        Value.Bool.of(extras.contains("varargs")),
        CALLER,
        Value.Bool.of(extras.contains(CALLER)));
  }

  private void bind(Arguments arguments, Scope inner) {
    List<Parameter> parameters = routine.parameters();
    List<Value> positional = arguments.positional();
    Map<String, Value> left = new LinkedHashMap<>(arguments.named());
    Map<String, Value> given = new LinkedHashMap<>();
    for (int i = 0; i < parameters.size(); i++) {
      String name = parameters.get(i).name();
      Optional<Value> value =
          i < positional.size()
              ? Optional.of(positional.get(i))
              : Optional.ofNullable(left.remove(name));
      value.ifPresent(v -> given.put(name, v));
      inner.set(name, renderer.undefined("parameter '" + name + "' was not provided"));
    }
    bindExtras(positional, left, inner);
    for (Parameter parameter : parameters) {
      Optional.ofNullable(given.get(parameter.name()))
          .or(() -> parameter.fallback().map(f -> renderer.evaluator().evaluate(f, inner)))
          .ifPresent(value -> inner.set(parameter.name(), value));
    }
  }

  /// What is more than the parameters goes into `varargs` and `kwargs`, if the body uses them.
  private void bindExtras(List<Value> positional, Map<String, Value> left, Scope inner) {
    int parameters = routine.parameters().size();
    boolean isParameter = routine.parameters().stream().anyMatch(p -> p.name().equals(CALLER));
    if (routine.extras().contains(CALLER) && !isParameter) {
      Optional<Value> caller = Optional.ofNullable(left.remove(CALLER));
      inner.set(CALLER, caller.orElseGet(() -> renderer.undefined("No caller defined")));
    }
    if (routine.extras().contains("kwargs")) {
      Dict.Builder kwargs = new Dict.Builder();
      left.forEach(kwargs::put);
      inner.set("kwargs", kwargs.build());
    } else if (!left.isEmpty()) {
      throw Fault.of(
          "macro '%s' takes no keyword argument '%s'",
          routine.name(), left.keySet().iterator().next());
    }
    if (routine.extras().contains("varargs")) {
      List<Value> more =
          positional.subList(Math.min(parameters, positional.size()), positional.size());
      inner.set("varargs", new Value.Tuple(more));
    } else if (positional.size() > parameters) {
      throw Fault.of("macro '%s' takes not more than %d argument(s)", routine.name(), parameters);
    }
  }
}
