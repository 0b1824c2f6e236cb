package neox.template.value;

import java.util.Locale;

/// Something went wrong while rendering; who knows the line turns it into a
/// [neox.base.UserException].
public final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String problem;
  private final boolean ofSlice;

  private Fault(String problem, boolean ofSlice) {
    super(problem, null, false, false);
    this.problem = problem;
    this.ofSlice = ofSlice;
  }

  public String problem() {
    return problem;
  }

  public static Fault of(String format, Object... arguments) {
    return new Fault(
        arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments), false);
  }

  /// Of something that has no such slice, which Jinja does not notice in a constant.
  public static Fault ofSlice(String problem) {
    return new Fault(problem, true);
  }

  /// See [#ofSlice].
  public boolean isOfSlice() {
    return ofSlice;
  }
}
