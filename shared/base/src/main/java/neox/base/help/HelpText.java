package neox.base.help;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// What `--help` prints: picocli's own layout needs 55 columns and knows no groups of mixins.
public final class HelpText {
  /// The narrowest that is laid out; a narrower window breaks lines itself.
  private static final int NARROWEST = 20;

  private static final int ROOM_FOR_TWO_COLUMNS = 64;
  private static final int MEANING_AT = 26;
  private static final String REST = "Options";
  private static final String LAST = "General";

  private final CommandSpec command;
  private final Paragraphs text;
  private final int meaningAt;

  private HelpText(CommandSpec command, int columns) {
    this.command = command;
    this.text = new Paragraphs(Math.max(NARROWEST, columns));
    this.meaningAt = columns < ROOM_FOR_TWO_COLUMNS ? 0 : MEANING_AT;
  }

  /// The help of a command for so many columns.
  public static String of(CommandSpec command, int columns) {
    return new HelpText(command, columns).lay();
  }

  /// The options that are shown, by the heading they are listed under.
  public static Map<String, List<OptionSpec>> groups(CommandSpec command) {
    Map<Class<?>, String> current = new HashMap<>();
    Map<String, List<OptionSpec>> groups = new LinkedHashMap<>();
    for (OptionSpec option : options(command).toList()) {
      String group = group(option, current);
      groups.computeIfAbsent(group, name -> new ArrayList<>()).add(option);
    }
    List<OptionSpec> last = groups.remove(LAST);
    if (last != null) {
      groups.put(LAST, last);
    }
    return groups;
  }

  /// @param current the group that each class has come to
  private static String group(OptionSpec option, Map<Class<?>, String> current) {
    if (!(option.userObject() instanceof Field field)) {
      return REST;
    }
    Class<?> type = field.getDeclaringClass();
    if (field.isAnnotationPresent(HelpGroup.class)) {
      current.put(type, field.getAnnotation(HelpGroup.class).value());
    } else if (!current.containsKey(type)) {
      boolean named = type.isAnnotationPresent(HelpGroup.class);
      current.put(type, named ? type.getAnnotation(HelpGroup.class).value() : REST);
    }
    return current.getOrDefault(type, REST);
  }

  /// How an option is written, short names first, each spelling once: `--data_dir` is implied by
  /// `--data-dir`.
  public static List<String> names(OptionSpec option) {
    List<String> names = List.of(option.names());
    return names.stream()
        .filter(name -> !name.contains("_") || !names.contains(name.replace('_', '-')))
        .sorted(Comparator.comparing(name -> name.startsWith("--")))
        .toList();
  }

  private static String longName(OptionSpec option) {
    List<String> names = names(option);
    return names.stream()
        .filter(name -> name.startsWith("--"))
        .findFirst()
        .orElse(names.getFirst());
  }

  private String lay() {
    usage();
    describe(command.usageMessage().description());
    arguments();
    options();
    commands();
    footer();
    return text.toString();
  }

  private void usage() {
    List<String> words = new ArrayList<>();
    options(command)
        .filter(ArgSpec::required)
        .forEach(option -> words.add(longName(option) + "=" + label(option)));
    words.add("[OPTIONS]");
    for (PositionalParamSpec argument : command.positionalParameters()) {
      words.add(argument.required() ? label(argument) : "[" + label(argument) + "]");
    }
    if (!command.subcommands().isEmpty()) {
      words.add("[COMMAND]");
    }
    String start = "Usage: " + command.qualifiedName() + " ";
    text.wrap(String.join(" ", words), start, 7, "");
  }

  private void describe(String[] paragraphs) {
    text.blank();
    Arrays.stream(paragraphs).forEach(text::add);
  }

  private void arguments() {
    List<PositionalParamSpec> arguments = command.positionalParameters();
    if (!arguments.isEmpty()) {
      heading("Arguments");
      arguments.forEach(a -> text.entry(label(a), meaning(a), meaningAt));
    }
  }

  private void options() {
    groups(command)
        .forEach((name, options) -> {
          heading(name);
          options.forEach(o -> text.entry(term(o), meaning(o), meaningAt));
        });
    options(command)
        .filter(o -> names(o).size() < o.names().length)
        .findFirst()
        .ifPresent(o -> {
          text.blank();
          String other = Arrays.stream(o.names()).filter(n -> n.contains("_")).findFirst().get();
          text.add("Names of options may also be written with underscores: " + other + ".");
        });
  }

  private static Stream<OptionSpec> options(CommandSpec command) {
    return command.options().stream().filter(option -> !option.hidden());
  }

  private String term(OptionSpec option) {
    String names = String.join(", ", names(option));
    boolean aligned = meaningAt == 0 || option.shortestName().length() == 2;
    String term = aligned ? names : "    " + names;
    return option.arity().max() == 0 ? term : term + "=" + label(option);
  }

  private static String label(ArgSpec argument) {
    boolean many = argument.arity().max() > 1 || argument.isMultiValue();
    return many ? argument.paramLabel() + "..." : argument.paramLabel();
  }

  /// The description, with picocli's two variables filled in.
  public static String meaning(ArgSpec argument) {
    Iterable<String> candidates = argument.completionCandidates();
    return String.join(" ", argument.description())
        .replace("${DEFAULT-VALUE}", String.valueOf(argument.initialValue()))
        .replace(
            "${COMPLETION-CANDIDATES}", candidates == null ? "" : String.join(", ", candidates));
  }

  private void commands() {
    if (!command.subcommands().isEmpty()) {
      heading("Commands");
      command.subcommands().forEach((name, line) -> text.entry(name, summary(line), meaningAt));
    }
  }

  private static String summary(CommandLine line) {
    String[] description = line.getCommandSpec().usageMessage().description();
    return description.length == 0 ? "" : description[0];
  }

  private void footer() {
    String heading = command.usageMessage().footerHeading();
    String[] lines = command.usageMessage().footer();
    if (lines.length > 0) {
      text.blank();
      if (heading != null && !heading.isBlank()) {
        text.add(heading.replace("%n", "").strip());
      }
      Arrays.stream(lines)
          .forEach(line -> {
            if (line.isEmpty()) {
              text.blank();
            } else {
              text.add(line);
            }
          });
    }
  }

  private void heading(String name) {
    text.blank();
    text.add(name + ":");
  }
}
