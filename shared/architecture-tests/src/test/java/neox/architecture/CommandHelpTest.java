package neox.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import neox.base.help.HelpText;
import neox.documentation.Tools;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/// The help of every tool and subcommand is written alike.
class CommandHelpTest {
  private static final Pattern DEFAULT =
      Pattern.compile("\\(default: [^()]+(\\([^()]*\\))?[^()]*\\)");

  static Stream<Named<CommandSpec>> commands() {
    return Tools.commands().map(spec -> Named.of(spec.qualifiedName(), spec));
  }

  private static List<ArgSpec> arguments(CommandSpec command) {
    return Stream.concat(
            command.options().stream().filter(option -> !option.hidden()),
            command.positionalParameters().stream())
        .toList();
  }

  private static String what(ArgSpec argument) {
    return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void saysWhatItDoesInWholeSentences(CommandSpec command) {
    assertThat(command.usageMessage().description()).isNotEmpty();
    assertThat(command.usageMessage().description()[0])
        .as("what stands in the list of commands")
        .matches("\\p{Lu}[a-z]+s .*\\.");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void explainsEachOptionInAWholeSentence(CommandSpec command) {
    for (ArgSpec argument : arguments(command)) {
      assertThat(HelpText.meaning(argument)).as(what(argument)).matches("\\p{Lu}.*\\.");
      assertThat(HelpText.meaning(argument)).as(what(argument)).doesNotContain("${");
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void writesEveryDefaultInTheSameWay(CommandSpec command) {
    for (ArgSpec argument : arguments(command)) {
      String rest = DEFAULT.matcher(HelpText.meaning(argument)).replaceFirst("");
      assertThat(rest).as(what(argument)).doesNotContainIgnoringCase("default");
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void listsEveryOptionUnderAHeadingWithTheGeneralOnesLast(CommandSpec command) {
    assertThat(HelpText.groups(command).keySet()).doesNotContain("Options").endsWith("General");
    assertThat(HelpText.groups(command).getOrDefault("General", List.of()))
        .extracting(OptionSpec::longestName)
        .containsExactly("--help", "--version", "--quiet", "--progress");
  }

  @ParameterizedTest
  @MethodSource("commands")
  void takesEachLongOptionWithHyphensAndWithUnderscores(CommandSpec command) {
    for (OptionSpec option : command.options()) {
      List<String> names = List.of(option.names());
      for (String name : names) {
        String inner = name.replaceFirst("^--?", "");
        String dashes = name.substring(0, name.length() - inner.length());
        assertThat(names)
            .as(name)
            .contains(dashes + inner.replace('-', '_'), dashes + inner.replace('_', '-'));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void givesExamplesThatItWouldTake(CommandSpec command) throws IOException {
    List<String> examples =
        Arrays.stream(command.usageMessage().footer())
            .filter(line -> line.startsWith("  neox-"))
            .map(String::strip)
            .toList();
    assertThat(examples).isNotEmpty();
    assertThat(
            command.usageMessage().footerHeading()
                + String.join("\n", command.usageMessage().footer()))
        .contains("Examples:");
    for (String example : examples) {
      List<String> words = words(example);
      assertThat(example).startsWith(command.qualifiedName() + " ");
      CommandSpec parsed = Tools.parse(words);
      assertThat(parsed.qualifiedName()).as(example).isEqualTo(command.qualifiedName());
    }
  }

  /// The words of a command line, of which one may stand in quotes.
  private static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    Pattern.compile("'([^']*)'|(\\S+)")
        .matcher(line)
        .results()
        .forEach(m -> words.add(m.group(1) == null ? m.group(2) : m.group(1)));
    return words;
  }

  @ParameterizedTest
  @MethodSource("commands")
  void fitsIntoAnyWidthFrom40To200Columns(CommandSpec command) {
    for (int columns = 40; columns <= 200; columns++) {
      int width = columns;
      List<String> tooLong =
          HelpText.of(command, columns).lines().filter(line -> line.length() > width).toList();
      assertThat(tooLong).as("%d columns", columns).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("commands")
  void leavesNoTrailingBlanksAndNoEscapeCodes(CommandSpec command) {
    String help = HelpText.of(command, 80);
    assertThat(help.lines()).noneMatch(line -> line.endsWith(" "));
    assertThat(help.chars().filter(c -> Character.isISOControl(c) && c != '\n').count()).isZero();
    assertThat(help.lines().collect(Collectors.joining())).doesNotContain("%n");
  }
}
