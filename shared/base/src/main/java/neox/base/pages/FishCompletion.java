package neox.base.pages;

import java.util.List;
import java.util.stream.Collectors;
import neox.base.help.HelpText;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// A tool's completion for fish: a line for each option, with the command it belongs to as its
/// condition. See `complete` in fish's manual.
final class FishCompletion {
  private final StringBuilder text = new StringBuilder();
  private final String tool;
  private final String at;

  private FishCompletion(String tool) {
    this.tool = tool;
    this.at = "__" + tool.replace('-', '_') + "_at";
  }

  static String of(CommandSpec tool) {
    FishCompletion completion = new FishCompletion(tool.name());
    completion.condition();
    Commands.all(tool).forEach(completion::command);
    return completion.text.toString();
  }

  /// A function of fish: how many words name the command, these words, the commands under it.
  private void condition() {
    text.append(
        """
        # Whether a line is about a command: begins with its words, and goes on with none below it.
        function %s
            set -l words (commandline -opc)
            set -e words[1]
            if test $argv[1] -gt 0
                test "$words[1..$argv[1]]" = "$argv[2]"; or return 1
            end
            set -l next (math $argv[1] + 1)
            not contains -- "$words[$next]" $argv[3..-1]
        end
        """
            .formatted(at));
  }

  private void command(CommandSpec command) {
    List<String> path = Commands.path(command);
    List<String> words = path.subList(1, path.size());
    String condition =
        "%s %d %s %s"
            .formatted(
                at,
                words.size(),
                quoted(String.join(" ", words)),
                String.join(" ", Commands.subcommands(command).keySet()))
            .strip();
    String start = "complete -c " + tool + " -n " + quoted(condition);
    text.append('\n');
    Commands.subcommands(command)
        .forEach((word, under) -> line(start + " -f -a " + word, HelpText.summary(under)));
    for (OptionSpec option : Commands.options(command)) {
      line(start + names(option) + value(option), HelpText.meaning(option));
    }
    if (command.positionalParameters().stream().noneMatch(Commands::isPath)) {
      text.append(start).append(" -f\n");
    }
  }

  private void line(String start, String meaning) {
    text.append(start).append(" -d ").append(quoted(Commands.brief(meaning))).append('\n');
  }

  private static String names(OptionSpec option) {
    return HelpText.names(option).stream()
        .map(
            name -> name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
        .collect(Collectors.joining());
  }

  private static String value(OptionSpec option) {
    List<String> values = Commands.values(option);
    if (!Commands.takesValue(option)) {
      return "";
    }
    if (!values.isEmpty()) {
      return " -x -a " + quoted(String.join(" ", values));
    }
    return Commands.isPath(option) ? " -r -F" : " -x";
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
