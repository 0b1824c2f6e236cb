package neox.template.value;

import java.util.List;
import java.util.Optional;

/// What `loop` is inside a `{% for %}`.
public final class Loop implements Value {
  private final List<Value> items;
  private final int depth;
  private final Dialect dialect;
  private final Callable again;
  private Optional<List<Value>> last = Optional.empty();
  private int at = -1;

  /// @param depth 1 for a loop that was not called by itself
  /// @param again what `loop(…)` does
  public Loop(List<Value> items, int depth, Dialect dialect, Callable again) {
    this.items = items;
    this.depth = depth;
    this.dialect = dialect;
    this.again = again;
  }

  public void advance() {
    at++;
  }

  int length() {
    return items.size();
  }

  String printed() {
    return "<LoopContext " + (at + 1) + "/" + items.size() + ">";
  }

  public Callable again() {
    return again;
  }

  Optional<Value> attribute(String name) {
    return switch (name) {
      case "index" -> number(at + 1);
      case "index0" -> number(at);
      case "revindex" -> number(items.size() - at);
      case "revindex0" -> number(items.size() - at - 1);
      case "first" -> Optional.of(Bool.of(at == 0));
      case "last" -> Optional.of(Bool.of(at == items.size() - 1));
      case "length" -> number(items.size());
      case "depth" -> number(depth);
      case "depth0" -> number(depth - 1);
      case "previtem" -> Optional.of(neighbour(at - 1, "there is no previous item"));
      case "nextitem" -> Optional.of(neighbour(at + 1, "there is no next item"));
      case "cycle" -> Optional.of(new Callable("loop.cycle", this::cycle));
      case "changed" -> Optional.of(new Callable("loop.changed", this::changed));
      default -> Optional.empty();
    };
  }

  private static Optional<Value> number(long value) {
    return Optional.of(Int.of(value));
  }

  private Value neighbour(int index, String problem) {
    return index >= 0 && index < items.size() ? items.get(index) : dialect.undefined(problem);
  }

  private Value cycle(Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      throw Fault.of("no items for cycling given");
    }
    return arguments.positional().get(at % arguments.positional().size());
  }

  private Value changed(Arguments arguments) {
    List<Value> now = arguments.positional();
    boolean same = last.isPresent() && Comparison.equal(new Tuple(last.get()), new Tuple(now));
    last = Optional.of(now);
    return Bool.of(!same);
  }

  @Override
  public String type() {
    return "LoopContext";
  }
}
