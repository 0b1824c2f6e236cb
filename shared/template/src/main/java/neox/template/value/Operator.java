package neox.template.value;

/// What joins two values to one.
public enum Operator {
  ADD,
  SUBTRACT,
  MULTIPLY,
  DIVIDE,
  FLOOR_DIVIDE,
  REMAINDER,
  POWER
}
