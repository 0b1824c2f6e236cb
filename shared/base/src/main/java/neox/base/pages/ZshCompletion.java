package neox.base.pages;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import neox.base.help.HelpText;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// A tool's completion for zsh: a function for each command, which hands the words after a
/// subcommand to that one's. See "Completion System" in zsh's manual, `_arguments`.
final class ZshCompletion {
  static String of(CommandSpec tool) {
    StringBuilder text = new StringBuilder("#compdef " + tool.name() + "\n");
    Commands.all(tool).forEach(command -> text.append('\n').append(function(command)));
    return text.append("\n%s \"$@\"\n".formatted(name(tool))).toString();
  }

  private static String name(CommandSpec command) {
    return "_" + String.join("_", Commands.path(command));
  }

  private static String function(CommandSpec command) {
    List<String> lines = new ArrayList<>();
    lines.add(name(command) + "() {");
    if (!command.subcommands().isEmpty()) {
      lines.add("  if (( CURRENT > 2 )); then");
      lines.add("    case $words[2] in");
      Commands.subcommands(command)
          .forEach((word, under) ->
              lines.add(
                  "      %s) shift words; (( CURRENT-- )); %s; return ;;"
                      .formatted(word, name(under))));
      lines.add("    esac");
      lines.add("  fi");
      lines.add("  local -a commands=(");
      Commands.subcommands(command)
          .forEach((word, under) ->
              lines.add("    " + quoted(word + ":" + Commands.brief(HelpText.summary(under)))));
      lines.add("  )");
    }
    lines.add("  _arguments -s -S \\");
    Commands.options(command).forEach(option -> lines.add("    " + option(option) + " \\"));
    lines.addAll(arguments(command));
    lines.add("}");
    return String.join("\n", lines) + "\n";
  }

  private static String option(OptionSpec option) {
    List<String> names = HelpText.names(option);
    String meaning = "[" + escaped(Commands.brief(HelpText.meaning(option))) + "]";
    String value = Commands.takesValue(option) ? ":" + label(option) + ":" + action(option) : "";
    String others =
        Commands.mayRepeat(option)
            ? "*"
            : names.size() == 1 ? "" : "(" + String.join(" ", names) + ")";
    List<String> forms = new ArrayList<>();
    for (String name : names) {
      boolean joined = Commands.takesValue(option) && name.startsWith("--");
      forms.add(quoted(others + name + (joined ? "=" : "") + meaning + value));
    }
    return String.join(" ", forms);
  }

  private static List<String> arguments(CommandSpec command) {
    List<String> lines = new ArrayList<>();
    List<PositionalParamSpec> arguments = command.positionalParameters();
    String rest =
        arguments.isEmpty() ? "_message 'no more arguments'" : action(arguments.getLast());
    String label = arguments.isEmpty() ? "" : label(arguments.getLast());
    if (!command.subcommands().isEmpty()) {
      String files = arguments.isEmpty() ? "" : " || _files";
      lines.add("    " + quoted("1:command:{ _describe command commands" + files + " }") + " \\");
    }
    lines.add("    " + quoted("*:" + label + ":" + rest));
    return lines;
  }

  private static String label(ArgSpec argument) {
    return escaped(argument.paramLabel());
  }

  private static String action(ArgSpec argument) {
    List<String> values = Commands.values(argument);
    if (!values.isEmpty()) {
      return values.stream().map(ZshCompletion::escaped).collect(Collectors.joining(" ", "(", ")"));
    }
    return Commands.isPath(argument) ? "_files" : " ";
  }

  /// What `_arguments` would take for its own signs.
  private static String escaped(String text) {
    return text.replaceAll("([\\\\\\[\\]:])", "\\\\$1");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  private ZshCompletion() {}
}
