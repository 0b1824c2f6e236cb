package neox.template.value;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/// What `loop` is inside a `{% for %}`. Items are fetched when they are asked for, so that a loop
/// may end before one that fails, and a condition sees what the body has changed.
public final class Loop implements Value {
  private final Iterator<Value> rest;
  private final int depth;
  private final Dialect dialect;
  private final Callable again;

  /// Fetched, but not come to.
  private final ArrayDeque<Value> ahead = new ArrayDeque<>();

  private Optional<Value> before = Optional.empty();
  private Optional<Value> current = Optional.empty();
  private Optional<List<Value>> last = Optional.empty();
  private int at = -1;

  /// @param depth 1 for a loop that was not called by itself
  /// @param again what `loop(…)` does
  public Loop(Iterator<Value> items, int depth, Dialect dialect, Callable again) {
    this.rest = items;
    this.depth = depth;
    this.dialect = dialect;
    this.again = again;
  }

  /// Goes to the next item; empty behind the last one.
  public Optional<Value> next() {
    if (!isMore()) {
      return Optional.empty();
    }
    before = current;
    current = Optional.of(ahead.removeFirst());
    at++;
    return current;
  }

  private boolean isMore() {
    if (ahead.isEmpty() && rest.hasNext()) {
      ahead.add(rest.next());
    }
    return !ahead.isEmpty();
  }

  /// How many items there are, which fetches them all.
  int length() {
    rest.forEachRemaining(ahead::add);
    return at + 1 + ahead.size();
  }

  String printed() {
    return "<LoopContext " + (at + 1) + "/" + length() + ">";
  }

  public Callable again() {
    return again;
  }

  Optional<Value> attribute(String name) {
    return switch (name) {
      case "index" -> number(at + 1);
      case "index0" -> number(at);
      case "revindex" -> number(length() - at);
      case "revindex0" -> number(length() - at - 1);
      case "first" -> Optional.of(Bool.of(at == 0));
      case "last" -> Optional.of(Bool.of(!isMore()));
      case "length" -> number(length());
      case "depth" -> number(depth);
      case "depth0" -> number(depth - 1);
      case "previtem" ->
          Optional.of(before.orElseGet(() -> dialect.undefined("there is no previous item")));
      case "nextitem" -> Optional.of(following());
      case "cycle" -> Optional.of(new Callable("loop.cycle", this::cycle));
      case "changed" -> Optional.of(new Callable("loop.changed", this::changed));
      default -> Optional.empty();
    };
  }

  private static Optional<Value> number(long value) {
    return Optional.of(Int.of(value));
  }

  private Value following() {
    return isMore() ? ahead.getFirst() : dialect.undefined("there is no next item");
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
