package neox.config;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import neox.config.table.ConfigKey;
import neox.config.table.ConfigTable;
import neox.config.table.KnownKeys;
import neox.config.table.KnownKeys.Effect;
import neox.config.table.KnownKeys.Known;
import neox.config.table.OldKeys;
import neox.config.table.Origin;
import neox.config.table.Problems;
import neox.config.table.Value;

/// The list of all keys, as `--help-config` and `docs/config-reference.md` show it.
public final class ConfigReference {
  private static final int WIDTH = 100;

  /// Every supported key: it is what the records ask for, given nothing.
  static List<ConfigKey> keys() {
    ConfigTable table =
        new ConfigTable(new Value.Fields(Map.of(), Origin.OVERRIDE), new Problems());
    NeoxConfig.from(table, RunShape.ONE_REPLICA);
    return table.settings().stream().map(ConfigTable.Setting::key).toList();
  }

  /// For a terminal: the supported keys by section.
  public static String plain() {
    StringBuilder out = new StringBuilder();
    String section = "";
    for (ConfigKey key : keys()) {
      if (!key.section().equals(section)) {
        section = key.section();
        out.append(out.isEmpty() ? "" : "\n").append(section).append('\n');
      }
      String head = "  " + key.name() + " (" + key.type() + "; " + key.defaultText() + ")";
      String oneLine = head + ": " + key.documentation();
      out.append(oneLine.length() <= WIDTH ? oneLine : head + "\n      " + key.documentation())
          .append('\n');
    }
    return out.toString();
  }

  /// For the documentation: the supported keys, then all others with their reasons.
  public static String markdown() {
    StringBuilder out = new StringBuilder(INTRODUCTION);
    String section = "";
    for (ConfigKey key : keys()) {
      if (!key.section().equals(section)) {
        section = key.section();
        out.append("\n## ").append(section);
        out.append("\n\n| key | type | default | meaning |\n|---|---|---|---|\n");
      }
      out.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(key.name(), key.type(), code(key.defaultText()), key.documentation()));
    }
    for (Effect effect : Effect.values()) {
      out.append(introduction(effect));
      table(out, KnownKeys.all().stream().filter(known -> known.effect() == effect).toList());
    }
    out.append(OLD);
    OldKeys.all().forEach((key, today) -> out.append("| `%s` | %s |\n".formatted(key, today)));
    return out.toString();
  }

  private static String introduction(Effect effect) {
    return switch (effect) {
      case NONE -> IGNORED;
      case UNHEARD -> UNHEARD;
      case REFUSED -> REFUSED;
      case LATER -> LATER;
    };
  }

  private static void table(StringBuilder out, Collection<Known> known) {
    out.append("\n| key | reason |\n|---|---|\n");
    for (Known key : known) {
      String passes =
          key.silent().isEmpty() ? "" : " (passes: `" + String.join("`, `", key.silent()) + "`)";
      out.append("| `%s` | %s%s |\n".formatted(key.name(), key.reason(), passes));
    }
  }

  private static String code(String text) {
    String cell = text.replace("|", "\\|"); // as tables have it
    return text.equals("required") || text.equals("–") ? text : "`" + cell + "`";
  }

  private static final String INTRODUCTION =
      """
      # Configuration keys

      <!-- Written by the test ConfigReferenceTest from the code; run it with
           -Dneox.update=true to bring this file up to date. -->

      Configurations are YAML files, or JSON with comments, with GPT-NeoX's keys. Several files are
      merged, and `--set key=value` wins over all, also over other keys that say the same (`precision`
      over `fp16.enabled`, `data_path` over `train_data_paths`). A key may be repeated with the same
      value only: two values are refused, in one file (where GPT-NeoX takes the last without a word)
      as in two (where it refuses equal ones too). At the top level `-` and `_` in a key are the
      same. A dotted key such as `optimizer.params.lr` stands for nested mappings. Paths are relative
      to the current directory. `–` means no value.

      Words are read as PyYAML reads them (`yes`, `on` and `True` are booleans, `None` is text,
      `<<: *name` merges), but that `1e-5` and `1e8` are numbers, and that `010` and `1:30`, which
      PyYAML reads in base 8 and 60, are refused where a number belongs. A file may be a pipe, such
      as `<(command)`, and has at most 4 MiB.
      """;

  private static final String IGNORED =
      """

      ## Keys of GPT-NeoX that have no effect here

      They are accepted with any value, because no value could change anything.
      """;

  private static final String UNHEARD =
      """

      ## Keys of GPT-NeoX that have no effect here, with a warning

      They are accepted with any value, because no value could make a number more exact. Those that ask for
      something are named in one warning. The same holds for what `deepspeed_extra_args` holds.
      """;

  private static final String REFUSED =
      """

      ## Keys of GPT-NeoX that are not supported

      They are accepted when their value asks for nothing: null, false, nothing in it, or the value
      shown. Anything else is an error, because ignoring it would give another result than the one
      asked for.
      """;

  private static final String LATER =
      """

      ## Keys of GPT-NeoX that are not built yet

      Until then the same holds for them.
      """;

  private static final String OLD =
      """

      ## Keys that GPT-NeoX once had

      Published configurations hold them. They are errors, which say what to write today.

      | key | today |
      |---|---|
      """;

  private ConfigReference() {}
}
