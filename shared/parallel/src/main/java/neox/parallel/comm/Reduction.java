package neox.parallel.comm;

/// What becomes of the elements at the same place on different ranks.
public enum Reduction {
  SUM,
  MAX
}
