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
import neox.base.help.HelpPage.Part;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// What `--help` prints: picocli's own layout needs 55 columns and knows no groups of mixins.
public final class HelpText {
  private static final String REST = "Options";
  private static final String LAST = "General";

  private final CommandSpec command;
  private final List<Part> parts = new ArrayList<>();

  private HelpText(CommandSpec command) {
    this.command = command;
  }

  /// The help of a command for so many columns.
  public static String of(CommandSpec command, int columns) {
    return page(command).laidOut(columns);
  }

  /// The help of a command.
  public static HelpPage page(CommandSpec command) {
    HelpText text = new HelpText(command);
    text.collect();
    return new HelpPage(text.parts);
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

  private void collect() {
    usage();
    blank();
    Arrays.stream(command.usageMessage().description()).forEach(this::add);
    arguments();
    options();
    commands();
    footer();
  }

  private void blank() {
    parts.add(new HelpPage.Blank());
  }

  private void add(String line) {
    parts.add(new HelpPage.Text(line));
  }

  private void usage() {
    String start = "Usage: " + command.qualifiedName() + " ";
    parts.add(new HelpPage.Usage(start, usage(command)));
  }

  /// The arguments of a command in short: those that are needed, and that there are others.
  public static String usage(CommandSpec command) {
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
    return String.join(" ", words);
  }

  private void arguments() {
    List<PositionalParamSpec> arguments = command.positionalParameters();
    if (!arguments.isEmpty()) {
      heading("Arguments");
      arguments.forEach(a -> parts.add(new HelpPage.Entry(label(a), meaning(a))));
    }
  }

  private void options() {
    groups(command)
        .forEach((name, options) -> {
          heading(name);
          options.forEach(o -> parts.add(entry(o)));
        });
    options(command)
        .filter(o -> names(o).size() < o.names().length)
        .findFirst()
        .ifPresent(o -> {
          blank();
          String other = Arrays.stream(o.names()).filter(n -> n.contains("_")).findFirst().get();
          add("Names of options may also be written with underscores: " + other + ".");
        });
  }

  private static Stream<OptionSpec> options(CommandSpec command) {
    return command.options().stream().filter(option -> !option.hidden());
  }

  private static Part entry(OptionSpec option) {
    boolean isShort = option.shortestName().length() == 2;
    String term = term(option);
    return isShort
        ? new HelpPage.Entry(term, meaning(option))
        : new HelpPage.LongOption(term, meaning(option));
  }

  private static String term(OptionSpec option) {
    String names = String.join(", ", names(option));
    return option.arity().max() == 0 ? names : names + "=" + label(option);
  }

  /// What stands for the value of an argument.
  public static String label(ArgSpec argument) {
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
      command
          .subcommands()
          .forEach(
              (name, line) -> parts.add(new HelpPage.Entry(name, summary(line.getCommandSpec()))));
    }
  }

  /// What a command does, in a sentence.
  public static String summary(CommandSpec command) {
    String[] description = command.usageMessage().description();
    return description.length == 0 ? "" : description[0];
  }

  private void footer() {
    String heading = command.usageMessage().footerHeading();
    String[] lines = command.usageMessage().footer();
    if (lines.length > 0) {
      blank();
      if (heading != null && !heading.isBlank()) {
        add(heading.replace("%n", "").strip());
      }
      Arrays.stream(lines)
          .forEach(line -> {
            if (line.isEmpty()) {
              blank();
            } else {
              add(line);
            }
          });
    }
  }

  private void heading(String name) {
    blank();
    add(name + ":");
  }
}
