package neox.base.pages;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import neox.base.help.HelpText;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// What generators ask of a command.
final class Commands {
  /// The names of the command and of those it stands under, from the tool down.
  static List<String> path(CommandSpec command) {
    List<String> names = new ArrayList<>();
    for (CommandSpec at = command; at != null; at = at.parent()) {
      names.add(at.name());
    }
    return names.reversed();
  }

  /// The commands under this one by name, in the order of their names.
  static Map<String, CommandSpec> subcommands(CommandSpec command) {
    Map<String, CommandSpec> commands = new TreeMap<>();
    command.subcommands().forEach((name, line) -> commands.put(name, line.getCommandSpec()));
    return commands;
  }

  /// A command and all below it, each before those under it.
  static List<CommandSpec> all(CommandSpec command) {
    List<CommandSpec> commands = new ArrayList<>(List.of(command));
    subcommands(command).values().forEach(under -> commands.addAll(all(under)));
    return commands;
  }

  /// The options that help shows, in its order.
  static List<OptionSpec> options(CommandSpec command) {
    return HelpText.groups(command).values().stream().flatMap(Collection::stream).toList();
  }

  static boolean takesValue(OptionSpec option) {
    return option.arity().max() > 0;
  }

  static boolean mayRepeat(ArgSpec argument) {
    return argument.arity().max() > 1 || argument.isMultiValue();
  }

  /// The values an argument can have, where these are few.
  static List<String> values(ArgSpec argument) {
    List<String> values = new ArrayList<>();
    if (argument.completionCandidates() != null) {
      argument.completionCandidates().forEach(values::add);
    }
    return values;
  }

  /// Whether the value is a path.
  static boolean isPath(ArgSpec argument) {
    Class<?> type = argument.type();
    String label = argument.paramLabel().toUpperCase(Locale.ROOT);
    return Path.class.isAssignableFrom(type)
        || List.of(argument.auxiliaryTypes()).contains(Path.class)
        || List.of("DIR", "FILE", "PATH", "CONFIG", "PREFIX", "MODEL").contains(label);
  }

  /// The first sentence of a meaning: there is room for a line.
  static String brief(String meaning) {
    String line = meaning.replaceAll("\\s+", " ").strip();
    int end = line.indexOf(". ");
    String sentence = end < 0 ? line : line.substring(0, end);
    return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
  }

  private Commands() {}
}
