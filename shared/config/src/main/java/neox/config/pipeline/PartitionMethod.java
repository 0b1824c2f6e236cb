package neox.config.pipeline;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import neox.config.table.ConfigTable;

/// In what pipeline stages are made equal (`pipe_partition_method`), as in DeepSpeed's
/// PipelineModule.
public sealed interface PartitionMethod {
  /// In the number of layers, functions included (`uniform`).
  record Uniform() implements PartitionMethod {}

  /// In the number of parameters (`parameters`).
  record Parameters() implements PartitionMethod {}

  /// In the number of layers and functions in whose names the pattern is found (`type:PATTERN`).
  record Type(String pattern) implements PartitionMethod {
    boolean finds(PipelineLayers.Entry layer) {
      return compiled(pattern).matcher(layer.name()).find();
    }
  }

  String KEY = "pipe_partition_method";

  /// NeoX compat: finds the two functions around the blocks, too, so that the first and the last
  /// stage have fewer blocks where there is a choice.
  Type BLOCKS = new Type("transformer|mlp");

  /// Reads the key.
  static PartitionMethod from(ConfigTable t) {
    String text =
        t.text(
                KEY,
                "type:" + BLOCKS.pattern(),
                "in what pipeline stages are made equal: type:PATTERN (the number of layers in"
                    + " whose names the pattern is found), parameters or uniform")
            .toLowerCase(Locale.ROOT);
    return switch (text) {
      case "uniform" -> new Uniform();
      case "parameters" -> new Parameters();
      case String other when other.startsWith("type:") ->
          type(t, other.substring("type:".length()));
      default -> {
        t.check(
            false,
            List.of(KEY),
            "expected uniform, parameters or type:PATTERN, found text '%s'",
            text);
        yield BLOCKS;
      }
    };
  }

  private static Type type(ConfigTable t, String pattern) {
    boolean valid = isPattern(pattern);
    t.check(
        valid,
        List.of(KEY),
        "expected a regular expression without a colon after type:, found text '%s'",
        pattern);
    return valid ? new Type(pattern) : BLOCKS;
  }

  /// DeepSpeed drops what follows a second colon.
  private static boolean isPattern(String pattern) {
    if (pattern.contains(":")) {
      return false;
    }
    try {
      compiled(pattern);
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }

  private static Pattern compiled(String pattern) {
    return Pattern.compile(pattern, Pattern.CASE_INSENSITIVE);
  }
}
