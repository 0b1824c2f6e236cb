package neox.base.pages;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import neox.base.help.HelpText;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/// The manual page of a command in roff, with the macros of man(7).
final class ManPage {
  /// As in [neox.base.ExitCode].
  private static final List<Map.Entry<String, String>> EXIT_CODES =
      List.of(
          Map.entry("0", "Done."),
          Map.entry("1", "Failed: the environment (a line says what), or a bug (a stack trace)."),
          Map.entry("2", "Refused: an option, a configuration or an input is wrong."),
          Map.entry("75", "Stopped on request, all saved: the same command goes on from there."),
          Map.entry("76", "One of several processes lost another: the one that failed says why."));

  private final StringBuilder text = new StringBuilder();
  private final CommandSpec command;
  private final String version;

  private ManPage(CommandSpec command, String version) {
    this.command = command;
    this.version = version;
  }

  /// The name of the page's file, without its section.
  static String name(CommandSpec command) {
    return String.join("-", Commands.path(command));
  }

  static String of(CommandSpec command, String version) {
    ManPage page = new ManPage(command, version);
    page.write();
    return page.text.toString();
  }

  private void write() {
    String name = name(command);
    line(
        ".TH \"%s\" 1 \"\" \"neox %s\" \"neox\""
            .formatted(escaped(name.toUpperCase(Locale.ROOT)), version));
    section("NAME");
    line(escaped(name) + " \\- " + escaped(Commands.brief(HelpText.summary(command))));
    section("SYNOPSIS");
    line(".B " + escaped(command.qualifiedName()));
    line(escaped(words()));
    section("DESCRIPTION");
    prose(command.usageMessage().description());
    arguments();
    options();
    commands();
    examples();
    section("EXIT STATUS");
    EXIT_CODES.forEach(code -> entry("\\fB" + code.getKey() + "\\fR", code.getValue()));
    related();
  }

  private String words() {
    return HelpText.usage(command);
  }

  private void arguments() {
    List<PositionalParamSpec> arguments = command.positionalParameters();
    if (!arguments.isEmpty()) {
      section("ARGUMENTS");
      arguments.forEach(
          a -> entry("\\fI" + escaped(HelpText.label(a)) + "\\fR", HelpText.meaning(a)));
    }
  }

  private void options() {
    section("OPTIONS");
    HelpText.groups(command)
        .forEach((heading, options) -> {
          line(".SS \"" + escaped(heading) + "\"");
          options.forEach(o -> entry(term(o), HelpText.meaning(o)));
        });
  }

  private static String term(OptionSpec option) {
    String names =
        HelpText.names(option).stream()
            .map(name -> "\\fB" + escaped(name) + "\\fR")
            .collect(Collectors.joining(", "));
    return Commands.takesValue(option)
        ? names + "=\\fI" + escaped(HelpText.label(option)) + "\\fR"
        : names;
  }

  private void commands() {
    if (!command.subcommands().isEmpty()) {
      section("COMMANDS");
      Commands.subcommands(command)
          .forEach((word, under) -> {
            entry("\\fB" + escaped(word) + "\\fR", HelpText.summary(under));
          });
    }
  }

  private void examples() {
    String[] footer = command.usageMessage().footer();
    if (footer.length > 0) {
      section("EXAMPLES");
      prose(footer);
    }
  }

  private void related() {
    List<String> pages =
        command.parent() == null
            ? Commands.subcommands(command).values().stream().map(ManPage::name).toList()
            : List.of(name(command.parent()));
    if (!pages.isEmpty()) {
      section("SEE ALSO");
      line(
          pages.stream()
              .map(p -> "\\fB" + escaped(p) + "\\fR(1)")
              .collect(Collectors.joining(", ")));
    }
  }

  /// Paragraphs are filled; lines that begin with blanks stand as they are.
  private void prose(String[] paragraphs) {
    boolean literal = false;
    for (String paragraph : paragraphs) {
      boolean set = paragraph.startsWith(" ");
      if (set != literal) {
        line(set ? ".PP\n.nf" : ".fi");
      }
      if (!set) {
        line(".PP");
      }
      if (!paragraph.isBlank()) {
        line(escaped(paragraph));
      }
      literal = set;
    }
    if (literal) {
      line(".fi");
    }
  }

  private void section(String heading) {
    line(".SH " + heading);
  }

  private void entry(String term, String meaning) {
    line(".TP");
    line(term);
    line(escaped(meaning.isBlank() ? "\u00a0" : meaning));
  }

  private void line(String line) {
    text.append(line).append('\n');
  }

  /// Text as roff prints it unchanged: no line begins with a control character, and minus signs can
  /// be copied.
  private static String escaped(String text) {
    String signs = text.replace("\\", "\\e").replace("-", "\\-").replace("\u00a0", "\\ ");
    StringBuilder ascii = new StringBuilder();
    signs
        .codePoints()
        .forEach(c -> ascii.append(c < 128 ? Character.toString(c) : "\\[u%04X]".formatted(c)));
    String line = ascii.toString();
    return line.startsWith(".") || line.startsWith("'") ? "\\&" + line : line;
  }
}
