package neox.template.value;

/// What holds between two values, or does not.
public enum Relation {
  EQUAL,
  NOT_EQUAL,
  LESS,
  LESS_OR_EQUAL,
  GREATER,
  GREATER_OR_EQUAL,
  IN,
  NOT_IN
}
