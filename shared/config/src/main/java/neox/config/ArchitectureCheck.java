package neox.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import neox.base.UserException;
import neox.config.model.Architecture;
import neox.config.model.Architecture.Difference;

/// Refuses a configuration that describes another network than the one whose weights are to be used
/// with it. Shapes alone do not tell: with other heads or another rotary base, every tensor fits,
/// and the network computes something else.
public final class ArchitectureCheck {
  /// What the command line of a tool says to go by the configuration all the same.
  public static final String OPTION = "--override-architecture";

  /// The text beside [#OPTION] in a tool's help.
  public static final String DESCRIPTION =
      "Go by the configuration where it describes another network than the one that the weights"
          + " were trained as.";

  /// [UserException] with a line for every key in which `configured` is not what the weights were
  /// trained as.
  ///
  /// @param origin key → where the weights' own value is written
  public static void requireSame(
      LoadedConfig configured, Architecture trained, UnaryOperator<String> origin) {
    refuse(configured, architecture(configured).differences(trained), origin);
  }

  /// [#requireSame] for differences that are known already.
  public static void refuse(
      LoadedConfig configured, List<Difference> differences, UnaryOperator<String> origin) {
    if (differences.isEmpty()) {
      return;
    }
    List<String> lines = new ArrayList<>();
    for (Difference difference : differences) {
      String key = difference.key();
      lines.add(
          "%s: %s is %s, but the weights were trained with %s (%s)"
              .formatted(
                  configured.origin(key),
                  key,
                  difference.hereText(),
                  difference.thereText(),
                  origin.apply(key)));
    }
    String last = lines.removeLast();
    lines.add(last + "; set it back, or give " + OPTION + " to compute with the new value");
    throw UserException.ofAll(lines);
  }

  /// What `configured` describes.
  public static Architecture architecture(LoadedConfig configured) {
    return Architecture.of(configured.config().model());
  }

  private ArchitectureCheck() {}
}
