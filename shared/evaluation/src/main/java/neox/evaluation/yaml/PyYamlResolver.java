package neox.evaluation.yaml;

import java.util.regex.Pattern;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/// Which words without quotes are no text: YAML 1.1 in the reading of PyYAML, with which the
/// harness reads its files. So `no` is false, `010` is eight, `1:30` ninety, and `1e-5` a text.
final class PyYamlResolver extends Resolver {
  private static final Pattern TRUTH =
      Pattern.compile("yes|Yes|YES|no|No|NO|[tT]rue|TRUE|[fF]alse|FALSE|on|On|ON|off|Off|OFF");
  private static final Pattern REAL =
      Pattern.compile(
          "[-+]?[0-9][0-9_]*\\.[0-9_]*([eE][-+][0-9]+)?"
              + "|\\.[0-9][0-9_]*([eE][-+][0-9]+)?"
              + "|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\\.[0-9_]*"
              + "|[-+]?\\.(inf|Inf|INF)"
              + "|\\.(nan|NaN|NAN)");
  private static final Pattern WHOLE =
      Pattern.compile(
          "[-+]?0b[01_]+"
              + "|[-+]?0[0-7_]+"
              + "|[-+]?(0|[1-9][0-9_]*)"
              + "|[-+]?0x[0-9a-fA-F_]+"
              + "|[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+");
  private static final Pattern NOTHING = Pattern.compile("~|null|Null|NULL|");
  private static final Pattern MERGING = Pattern.compile("<<");

  @Override
  protected void addImplicitResolvers() {
    add(Tag.BOOL, TRUTH, "yYnNtTfFoO");
    add(Tag.INT, WHOLE, "-+0123456789");
    add(Tag.FLOAT, REAL, "-+0123456789.");
    add(Tag.NULL, NOTHING, "~nN\0");
    add(Tag.MERGE, MERGING, "<");
  }

  private void add(Tag tag, Pattern pattern, String firstCharacters) {
    Pattern whole = Pattern.compile("^(?:" + pattern.pattern() + ")$");
    addImplicitResolver(tag, whole, firstCharacters);
  }
}
