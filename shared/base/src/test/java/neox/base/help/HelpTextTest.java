package neox.base.help;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class HelpTextTest {
  @HelpGroup("Input")
  static final class Input {
    @Option(
        names = {"--input", "-i"},
        required = true,
        arity = "1..*",
        paramLabel = "PATH",
        description = "Files, directories or -, separated by commas or spaces.")
    List<String> input = List.of();

    @Option(
        names = {"--jsonl-keys", "--jsonl_keys"},
        paramLabel = "KEY",
        description = "The key (default: text).")
    String key = "text";
  }

  @HelpGroup("General")
  static final class General {
    @Option(
        names = {"-q", "--quiet"},
        description = "Print warnings and errors only.")
    boolean quiet;
  }

  @HelpGroup("Probing")
  @Command(
      name = "neox-probe",
      description = {
        "Probes what there is to be probed.",
        "  .jsonl .jsonl.gz   rows of JSON, each of them a document",
      },
      footerHeading = "Examples:",
      footer = {"  neox-probe --input a.jsonl --jsonl-keys 'the text' FILE"})
  static final class Probe {
    @Mixin Input input = new Input();

    @Option(names = "--a-name-that-is-longer-than-its-column", description = "Long.")
    boolean longName;

    @Option(
        names = "--depth",
        paramLabel = "N",
        description = "How deep (default: ${DEFAULT-VALUE}).")
    int depth = 3;

    @Mixin General general = new General();

    @Option(names = "--hidden", hidden = true)
    boolean hidden;

    @HelpGroup("Apart")
    @Option(names = "--apart", description = "Stands apart.")
    boolean apart;

    @Option(names = "--beside", description = "Stands beside it.")
    boolean beside;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "A file.")
    String file = "";
  }

  @Command(
      name = "inner",
      description = {"Does the inner work.", "More of it."})
  static final class Inner {}

  @Test
  void groupsOptionsAndExplainsEachInASecondColumn() {
    assertThat(help(80))
        .isEqualTo(
            """
            Usage: neox-probe --input=PATH... [OPTIONS] [FILE] [COMMAND]

            Probes what there is to be probed.
              .jsonl .jsonl.gz   rows of JSON, each of them a document

            Arguments:
              FILE                    A file.

            Input:
              -i, --input=PATH...     Files, directories or -, separated by commas or
                                      spaces.
                  --jsonl-keys=KEY    The key (default: text).

            Probing:
                  --a-name-that-is-longer-than-its-column
                                      Long.
                  --depth=N           How deep (default: 3).

            Apart:
                  --apart             Stands apart.
                  --beside            Stands beside it.

            General:
              -q, --quiet             Print warnings and errors only.

            Names of options may also be written with underscores: --jsonl_keys.

            Commands:
              inner                   Does the inner work.

            Examples:
              neox-probe --input a.jsonl --jsonl-keys 'the text' FILE
            """);
  }

  @Test
  void explainsBelowAndContinuesCommandsWhereThereIsNoRoomForTwoColumns() {
    assertThat(help(40))
        .isEqualTo(
            """
            Usage: neox-probe --input=PATH...
                   [OPTIONS] [FILE] [COMMAND]

            Probes what there is to be probed.
              .jsonl .jsonl.gz
                  rows of JSON, each of them a
                  document

            Arguments:
              FILE
                  A file.

            Input:
              -i, --input=PATH...
                  Files, directories or -, separated
                  by commas or spaces.
              --jsonl-keys=KEY
                  The key (default: text).

            Probing:
              --a-name-that-is-longer-than-its-column
                  Long.
              --depth=N
                  How deep (default: 3).

            Apart:
              --apart
                  Stands apart.
              --beside
                  Stands beside it.

            General:
              -q, --quiet
                  Print warnings and errors only.

            Names of options may also be written
            with underscores: --jsonl_keys.

            Commands:
              inner
                  Does the inner work.

            Examples:
              neox-probe --input a.jsonl \\
                  --jsonl-keys 'the text' FILE
            """);
  }

  @Test
  void losesNoWordAtAnyWidth() {
    List<String> words = words(help(200));
    for (int columns = 1; columns < 200; columns++) {
      assertThat(words(help(columns))).as("%d columns", columns).isEqualTo(words);
    }
  }

  private static List<String> words(String text) {
    return List.of(text.replace(" \\\n", "\n").strip().split("\\s+"));
  }

  private static String help(int columns) {
    CommandLine line = new CommandLine(new Probe()).addSubcommand("inner", new Inner());
    return HelpText.of(line.getCommandSpec(), columns);
  }
}
