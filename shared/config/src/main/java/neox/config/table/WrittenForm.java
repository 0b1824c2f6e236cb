package neox.config.table;

/// A value of a type of its own that knows how a configuration file writes it.
public interface WrittenForm {
  /// The same in lists, texts, numbers and booleans.
  Object asYaml();
}
