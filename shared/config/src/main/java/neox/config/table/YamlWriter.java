package neox.config.table;

import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import neox.base.json.Json;
import org.jspecify.annotations.Nullable;

/// Writes settings as YAML that [YamlReader] reads back to the same values.
public final class YamlWriter {
  private static final int COMMENT_COLUMN = 48;

  /// One key a line with its origin as a comment, grouped by section.
  public static String write(Collection<ConfigTable.Setting> settings) {
    StringBuilder out = new StringBuilder();
    Set<String> opened = new LinkedHashSet<>();
    String section = "";
    for (ConfigTable.Setting setting : settings) {
      if (!setting.key().section().equals(section)) {
        section = setting.key().section();
        out.append(out.isEmpty() ? "" : "\n").append("# ").append(section).append('\n');
      }
      writeOne(out, setting, settings, opened);
    }
    return out.toString();
  }

  /// A nested key brings all keys of its outermost parent with it, since a mapping must be whole.
  private static void writeOne(
      StringBuilder out,
      ConfigTable.Setting setting,
      Collection<ConfigTable.Setting> all,
      Set<String> opened) {
    String name = setting.key().name();
    int dot = name.indexOf('.');
    if (dot < 0) {
      line(out, "", name, setting);
      return;
    }
    String top = name.substring(0, dot);
    if (opened.add(top)) {
      out.append(top).append(":\n");
      block(out, top + ".", "  ", all);
    }
  }

  private static void block(
      StringBuilder out, String prefix, String indent, Collection<ConfigTable.Setting> all) {
    Set<String> opened = new LinkedHashSet<>();
    for (ConfigTable.Setting setting : all) {
      if (!setting.key().name().startsWith(prefix)) {
        continue;
      }
      String rest = setting.key().name().substring(prefix.length());
      int dot = rest.indexOf('.');
      if (dot < 0) {
        line(out, indent, rest, setting);
      } else if (opened.add(rest.substring(0, dot))) {
        String inner = rest.substring(0, dot);
        out.append(indent).append(inner).append(":\n");
        block(out, prefix + inner + ".", indent + "  ", all);
      }
    }
  }

  private static void line(
      StringBuilder out, String indent, String name, ConfigTable.Setting setting) {
    String text = indent + name + ": " + inline(setting.value());
    out.append(text)
        .append(" ".repeat(Math.max(1, COMMENT_COLUMN - text.length())))
        .append("# ")
        .append(setting.origin())
        .append('\n');
  }

  /// A value as it stands on one line of YAML.
  public static String inline(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Boolean b -> b.toString();
      case Double d -> real(d);
      case Number n -> n.toString();
      case Enum<?> e -> ConfigType.nameOf(e);
      case List<?> l ->
          l.stream().map(YamlWriter::inline).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> m ->
          m.entrySet().stream()
              .map(e -> Json.line(e.getKey().toString()) + ": " + inline(e.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case Path p -> Json.line(p.toString());
      case WrittenForm form -> inline(form.asYaml());
      default -> Json.line(value.toString());
    };
  }

  private static String real(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return String.format(Locale.ROOT, "%.1f", value);
    }
    String text = Double.toString(value); // like 9.7E-5: YAML 1.1 wants a sign and a lower-case e
    return text.toLowerCase(Locale.ROOT).replaceFirst("e(\\d)", "e+$1");
  }

  private YamlWriter() {}
}
