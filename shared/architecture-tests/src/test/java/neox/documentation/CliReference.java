package neox.documentation;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import neox.base.help.HelpText;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The pages `docs/cli/TOOL.md`: what `--help` says of a tool and of each command under it.
final class CliReference {
  private static final int COLUMNS = 100;

  private final StringBuilder page = new StringBuilder();

  private CliReference() {}

  /// The page of a tool, with its commands.
  static String of(CommandSpec tool) {
    CliReference reference = new CliReference();
    reference.page.append(
        "<!-- Made of the program by CliReferenceTest: mend the options' own sentences. -->\n");
    reference.command(tool, "#");
    tool.subcommands().values().stream()
        .map(CommandLine::getCommandSpec)
        .forEach(command -> reference.command(command, "##"));
    return reference.page.toString();
  }

  private void command(CommandSpec command, String level) {
    line(level + " " + command.qualifiedName() + "\n");
    Arrays.stream(command.usageMessage().description())
        .map(CliReference::escaped)
        .forEach(this::line);
    line("\n```text\n" + usage(command) + "```\n");
    List<PositionalParamSpec> arguments = command.positionalParameters();
    if (!arguments.isEmpty()) {
      table("argument", arguments.stream().map(a -> row(a.paramLabel(), HelpText.meaning(a))));
    }
    HelpText.groups(command)
        .forEach((group, options) -> {
          line("**" + group + "**\n");
          table("option", options.stream().map(CliReference::row));
        });
    if (!command.subcommands().isEmpty()) {
      line("**Commands**\n");
      table("command", command.subcommands().entrySet().stream().map(CliReference::row));
    }
    examples(command);
  }

  /// What stands in the help before its first empty line.
  private static String usage(CommandSpec command) {
    String help = HelpText.of(command, COLUMNS);
    return help.substring(0, help.indexOf("\n\n") + 1);
  }

  private void examples(CommandSpec command) {
    line(
        "Examples:\n\n<!-- not run: CommandHelpTest has the tool read the examples of its help -->");
    line("```sh");
    Arrays.stream(command.usageMessage().footer())
        .filter(text -> text.startsWith("  "))
        .map(text -> text.substring(2))
        .forEach(this::line);
    line("```\n");
  }

  private void table(String what, Stream<String> rows) {
    line("| " + what + " | meaning |\n|---|---|");
    rows.forEach(this::line);
    line("");
  }

  private static String row(OptionSpec option) {
    String names = String.join(", ", HelpText.names(option));
    return row(
        option.arity().max() == 0 ? names : names + "=" + option.paramLabel(),
        HelpText.meaning(option));
  }

  private static String row(Map.Entry<String, CommandLine> command) {
    String[] about = command.getValue().getCommandSpec().usageMessage().description();
    return row(command.getKey(), about[0]);
  }

  private static String row(String term, String meaning) {
    return "| `" + term.replace("|", "\\|") + "` | " + escaped(meaning) + " |";
  }

  private static String escaped(String text) {
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_");
  }

  private void line(String text) {
    page.append(text).append('\n');
  }
}
