package neox.template.value;

import java.util.Locale;

/// Something went wrong while rendering; who knows the line turns it into a
/// [neox.base.UserException].
public final class Fault extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String problem;

  private Fault(String problem) {
    super(problem, null, false, false);
    this.problem = problem;
  }

  public String problem() {
    return problem;
  }

  public static Fault of(String format, Object... arguments) {
    return new Fault(
        arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
  }
}
