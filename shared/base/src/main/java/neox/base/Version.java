package neox.base;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/// The version of this distribution, as `--version` prints it.
public final class Version implements IVersionProvider {
  /// The version in the jar's manifest, or `development` when run from class files.
  public static String string() {
    return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"${COMMAND-NAME} (neox) " + string()};
  }
}
