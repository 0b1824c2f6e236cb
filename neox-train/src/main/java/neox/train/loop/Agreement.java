package neox.train.loop;

/// A question that all ranks ask together, and to which all get the same answer.
@FunctionalInterface
public interface Agreement {
  boolean ask();
}
