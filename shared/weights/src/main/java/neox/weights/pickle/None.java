package neox.weights.pickle;

/// Python's `None`, so that no collection read from a pickle holds a Java null.
public enum None {
  NONE
}
