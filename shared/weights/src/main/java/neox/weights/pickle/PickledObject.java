package neox.weights.pickle;

import java.util.List;

/// An object of an allowed class that has no meaning here: its class, what it was made of, and its
/// state. Nothing of the class itself exists or runs.
public final class PickledObject {
  private final String type;
  private final List<Object> arguments;
  private Object state = None.NONE;

  PickledObject(String type, List<Object> arguments) {
    this.type = type;
    this.arguments = List.copyOf(arguments);
  }

  /// The Python class, such as `argparse.Namespace`.
  public String type() {
    return type;
  }

  public List<Object> arguments() {
    return arguments;
  }

  /// What `__setstate__` would have received, usually a map of attributes; [None#NONE] if nothing.
  public Object state() {
    return state;
  }

  /// Pickle sets the state after the object may have been referred to: hence not final.
  void state(Object value) {
    state = value;
  }

  @Override
  public String toString() {
    return ValueText.of(this);
  }
}
