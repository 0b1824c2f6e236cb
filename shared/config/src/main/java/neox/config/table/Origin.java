package neox.config.table;

/// Where a piece of configuration was written.
///
/// @param file as the caller named it, or `--set`
/// @param line counted from 1; 0 when the file as a whole is meant
public record Origin(String file, int line) {
  /// Values given on the command line.
  public static final Origin OVERRIDE = new Origin("--set", 0);

  @Override
  public String toString() {
    return line == 0 ? file : file + ":" + line;
  }
}
