package neox.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class ToolTest {

  @Command(name = "neox-probe", description = "Probes.", versionProvider = Version.class)
  static final class Probe implements ToolCommand {
    @Option(names = "--seed", paramLabel = "N", description = "A number.")
    int seed = 1;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "A file.")
    Optional<String> file = Optional.empty();

    @Mixin StandardOptions standard = new StandardOptions();

    private final ToolCommand action;

    Probe(ToolCommand action) {
      this.action = action;
    }

    @Override
    public int call(Console console) throws Exception {
      return action.call(console);
    }
  }

  @Command(name = "neox-group")
  static final class Group implements ToolCommand {
    @Mixin StandardOptions standard = new StandardOptions();

    @Override
    public int call(Console console) {
      throw UserException.of("expected a subcommand: %s", "inner");
    }

    @Override
    public Map<String, Supplier<ToolCommand>> subcommands() {
      return Map.of("inner", Inner::new);
    }
  }

  @Command(name = "inner")
  static final class Inner implements ToolCommand {
    @Mixin StandardOptions standard = new StandardOptions();

    @Override
    public int call(Console console) {
      console.info("inner");
      return ExitCode.OK;
    }
  }

  private record Run(int exitCode, String out, String err) {}

  @Test
  void tellsInOneLineWhatMemoryIsShort() {
    assertThat(run(failing(new OutOfMemoryError("a tensor of 9 GB does not fit"))))
        .isEqualTo(new Run(1, "", "neox-probe: out of memory: a tensor of 9 GB does not fit\n"));
    assertThat(run(failing(new OutOfMemoryError("Java heap space"))).err())
        .matches(
            "neox-probe: out of memory: the Java heap of [0-9,]+ MB is full; raise it with"
                + " NEOX_JAVA_OPTS=-Xmx4g or the like\n");
  }

  private static ToolCommand failing(Error error) {
    return console -> {
      throw error;
    };
  }

  @Test
  void returnsWhatTheCommandReturns() {
    assertThat(run(console -> ExitCode.STOPPED)).isEqualTo(new Run(75, "", ""));
  }

  @Test
  void keepsDataAndNoticesApart() {
    ToolCommand command =
        console -> {
          console.out().println("data");
          console.info("100%% of %d", 3);
          console.warn("careful: %s", "x");
          return ExitCode.OK;
        };
    assertThat(run(command)).isEqualTo(new Run(0, "data\n", "100% of 3\nwarning: careful: x\n"));
    assertThat(run(command, "-q")).isEqualTo(new Run(0, "data\n", "warning: careful: x\n"));
  }

  @Test
  void doesNotReadANoticeWithoutArgumentsAsAFormat() {
    ToolCommand command =
        console -> {
          console.info("100%");
          console.warn("50%");
          return ExitCode.OK;
        };
    assertThat(run(command).err()).isEqualTo("100%\nwarning: 50%\n");
  }

  @Test
  void listsTheSubcommandsWhenAskedForHelpOrGivenNone() {
    for (String[] arguments : new String[][] {{"--help"}, {"-q", "--help"}, {"-qh"}}) {
      assertThat(runTool(new Group(), arguments).out()).contains("[COMMAND]", "inner");
    }
    assertThat(runTool(new Group(), "iner").err())
        .isEqualTo(
            "neox-group: Unmatched argument at index 0: 'iner'\nDid you mean: neox-group inner?\n");
  }

  @Test
  void reportsAFailureAfterTheNameOfTheTool() {
    assertThat(runAndThrow(new NoSuchFileException("a")))
        .isEqualTo(new Run(2, "", "neox-probe: a: no such file or directory\n"));
    assertThat(runAndThrow(UserException.ofAll(List.of("a: no", "b: no"))))
        .isEqualTo(new Run(2, "", "neox-probe: a: no\nb: no\n"));
  }

  @Test
  void escapesWhatItQuotesFromItsArguments() {
    assertThat(run(console -> 0, "--x\u001b[31m").err())
        .isEqualTo("neox-probe: Unknown option: '--x\\u001b[31m'\nTry 'neox-probe --help'.\n");
    assertThat(run(console -> 0, "--seed", "1\n2").err())
        .startsWith("neox-probe: Invalid value for option '--seed': '1\\n2' is not an int\n");
  }

  @Test
  void escapesNamesInNoticesAndWarnings() {
    ToolCommand command =
        console -> {
          console.info("wrote %s", "a\nb");
          console.warn("%s: skipped", "\u001b[2J");
          return ExitCode.OK;
        };
    assertThat(run(command).err()).isEqualTo("wrote a\\nb\nwarning: \\u001b[2J: skipped\n");
  }

  @Test
  void printsTheStackTraceOfABug() {
    Run run = runAndThrow(new IllegalStateException("impossible"));
    assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
    assertThat(run.err())
        .startsWith(
            """
            neox-probe: internal error, please report this:
            java.lang.IllegalStateException: impossible
            """)
        .contains("at neox.base.ToolTest");
  }

  @Test
  void staysInterruptedAfterAnInterruption() {
    Run run = runAndThrow(new InterruptedException());
    assertThat(Thread.interrupted()).isTrue();
    assertThat(run).isEqualTo(new Run(1, "", "neox-probe: interrupted\n"));
  }

  @Test
  void suggestsOptionsForAnUnknownOne() {
    Run run = run(console -> 0, "--sead", "3");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .isEqualTo("neox-probe: Unknown option: '--sead'\nPossible solutions: --seed\n");
  }

  @Test
  void pointsToTheHelpWhenItHasNoSuggestion() {
    Run run = run(console -> 0, "--seed", "many");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err())
        .isEqualTo(
            """
            neox-probe: Invalid value for option '--seed': 'many' is not an int
            Try 'neox-probe --help'.
            """);
  }

  /// Neither as the name of a file of arguments nor without its first character.
  @Test
  void takesAnArgumentThatBeginsWithAnAtAsItIs(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("words"), "--seed 3");
    for (String text : List.of("@" + file, "@@ -1,3 +1,4 @@", "@", "#text")) {
      Probe[] probe = new Probe[1];
      probe[0] =
          new Probe(console -> {
            console.out().print(probe[0].file.orElseThrow());
            return probe[0].seed - 1;
          });
      assertThat(runTool(probe[0], text)).isEqualTo(new Run(0, text, ""));
    }
  }

  @Test
  void doesNotTakeTheStartOfAnOptionForIt() {
    assertThat(run(console -> 0, "--se", "3").exitCode()).isEqualTo(ExitCode.USAGE);
  }

  @Test
  void printsHelpOnStandardOutput() {
    Run run = run(console -> ExitCode.FAILED, "--help");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).startsWith("Usage: neox-probe").contains("Probes.", "--seed=N", "-q");
    assertThat(run.err()).isEmpty();
    assertThat(run(console -> 1, "-h")).isEqualTo(run);
  }

  @Test
  void printsTheVersion() {
    Run run = run(console -> ExitCode.FAILED, "--version");
    assertThat(run).isEqualTo(new Run(0, "neox-probe (neox) " + Version.string() + "\n", ""));
    assertThat(run(console -> 1, "-V")).isEqualTo(run);
  }

  @Test
  void printsABashCompletionWithoutShowingTheCommandForItInTheHelp() {
    Run run = run(console -> ExitCode.FAILED, "generate-completion");
    assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    assertThat(run.out()).startsWith("#!/usr/bin/env bash").contains("--seed", "complete -F");
    assertThat(run(console -> 1, "--help").out()).doesNotContain("generate-completion");
  }

  @Test
  void printsTheCompletionOfAnotherShellAndNamesThoseThatThereAre() {
    assertThat(run(console -> 1, "generate-completion", "zsh").out())
        .startsWith("#compdef neox-probe");
    assertThat(run(console -> 1, "generate-completion", "fish").out())
        .contains("complete -c neox-probe");
    assertThat(run(console -> 1, "generate-completion", "tcsh"))
        .isEqualTo(
            new Run(
                2,
                "",
                "neox-probe: generate-completion: expected bash, zsh or fish, found tcsh\n"));
  }

  @Test
  void runsASubcommandAndHearsItsQuietOption() {
    assertThat(runTool(new Group(), "inner")).isEqualTo(new Run(0, "", "inner\n"));
    assertThat(runTool(new Group(), "inner", "-q")).isEqualTo(new Run(0, "", ""));
    assertThat(runTool(new Group()).exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(runTool(new Group(), "-q", "inner")).isEqualTo(new Run(0, "", ""));
    assertThat(runTool(new Group(), "-q").err())
        .isEqualTo("neox-group: expected a subcommand: inner\n");
  }

  @Test
  void endsQuietlyWhenTheReaderOfStandardOutputHasLeft() {
    assertThat(runInto(new FailingStream("Broken pipe"))).isEqualTo(new Run(0, "", ""));
  }

  @Test
  void failsWhenStandardOutputCannotTakeTheData() {
    assertThat(runInto(new FailingStream("No space left on device")))
        .isEqualTo(new Run(1, "", "neox-probe: standard output: No space left on device\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Broken pipe", "No space left on device", "Bad file descriptor"})
  void workThatOutlastsItsReadersGoesOnAndSaysSoOnce(String reason) {
    ToolCommand command =
        console -> {
          Console lasting = console.outlastingReaders();
          for (int line = 0; line < 10_000; line++) {
            lasting.out().println("log");
          }
          lasting.out().flush();
          lasting.err().println("worked to the end");
          return ExitCode.STOPPED;
        };
    assertThat(runInto(new FailingStream(reason), command))
        .isEqualTo(
            new Run(
                ExitCode.STOPPED,
                "",
                "warning: standard output: %s; nothing more is printed there, the work goes on%n"
                        .formatted(reason)
                    + "worked to the end\n"));
  }

  /// A destination that takes nothing.
  private static final class FailingStream extends OutputStream {
    private final String reason;

    FailingStream(String reason) {
      this.reason = reason;
    }

    @Override
    public void write(int b) throws IOException {
      throw new IOException(reason);
    }
  }

  private static Run runInto(OutputStream destination) {
    ToolCommand command =
        console -> {
          for (int line = 0; line < 1_000_000; line++) {
            console.out().println("data");
            if (line == 999_999) {
              console.err().println("worked to the end for nobody");
            }
          }
          return ExitCode.OK;
        };
    return runInto(destination, command);
  }

  private static Run runInto(OutputStream destination, ToolCommand command) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream out = stream(new BufferedOutputStream(new StandardOutput(destination)));
    int exitCode =
        Tool.run(
            new Probe(command), new String[0], InputStream.nullInputStream(), out, stream(err));
    return new Run(exitCode, "", err.toString(StandardCharsets.UTF_8));
  }

  private static Run runAndThrow(Exception failure) {
    return run(console -> {
      throw failure;
    });
  }

  private static Run run(ToolCommand action, String... args) {
    return runTool(new Probe(action), args);
  }

  private static Run runTool(ToolCommand command, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode = Tool.run(command, args, InputStream.nullInputStream(), stream(out), stream(err));
    return new Run(
        exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream stream(OutputStream destination) {
    return new PrintStream(destination, false, StandardCharsets.UTF_8);
  }
}
