package neox.base.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import neox.base.help.HelpGroup;
import neox.base.help.HelpPage;
import neox.base.help.HelpText;
import neox.base.pages.CommandPages.Shell;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

class CommandPagesTest {
  enum Colour {
    RED,
    GREEN
  }

  @HelpGroup("Probing")
  @Command(
      name = "neox-probe",
      description = {
        "Probes 'things': what there is [all of it]. And more.",
        ".A line that begins with a dot, and a \\ in it.",
        "  a table    in two columns",
      },
      footer = {"  neox-probe --depth 3 FILE", "", "Say it — gently."})
  static final class Probe {
    @Option(
        names = {"-d", "--depth"},
        paramLabel = "N",
        description = "How deep: 'n' levels [of 9]. Not deeper.")
    int depth = 3;

    @Option(names = "--colour", paramLabel = "COLOUR", description = "One of two.")
    Colour colour = Colour.RED;

    @Option(
        names = {"--out-dir", "--out_dir"},
        paramLabel = "DIR",
        description = "Where to write.")
    Path out = Path.of(".");

    @Option(names = "--secret", hidden = true)
    boolean secret;

    @Parameters(paramLabel = "FILE", arity = "0..*", description = "Files to probe.")
    List<Path> files = new ArrayList<>();
  }

  @Command(name = "ls", description = "Lists things.")
  static final class Ls {
    @Option(names = "--long", description = "All columns.")
    boolean all;
  }

  @Command(name = "tasks", description = "Lists tasks.")
  static final class Tasks {
    @Option(names = "--groups", description = "Groups alone.")
    boolean groups;
  }

  @TempDir Path directory;

  private static CommandLine tool() {
    CommandLine ls = new CommandLine(new Ls()).addSubcommand(new Tasks());
    return new CommandLine(new Probe()).addSubcommand(ls);
  }

  /// What a program prints, or nothing where it is not installed.
  private Stream<String> printed(String... command) throws IOException, InterruptedException {
    boolean installed =
        Arrays.stream(System.getenv("PATH").split(":"))
            .anyMatch(path -> Files.isExecutable(Path.of(path, command[0])));
    assumeTrue(installed, () -> command[0] + " is not installed");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MANWIDTH", "80");
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.environment().put("HOME", directory.toString());
    Process process = builder.redirectInput(Path.of("/dev/null").toFile()).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    return text.lines();
  }

  private Path file(String name) throws IOException {
    write(tool(), directory);
    return directory.resolve(name);
  }

  @Test
  void everyCommandHasItsPages() throws IOException {
    write(tool(), directory);
    try (Stream<Path> files = Files.walk(directory)) {
      assertThat(files.filter(Files::isRegularFile).map(f -> directory.relativize(f).toString()))
          .containsExactlyInAnyOrder(
              "share/bash-completion/completions/neox-probe",
              "share/zsh/site-functions/_neox-probe",
              "share/fish/vendor_completions.d/neox-probe.fish",
              "share/man/man1/neox-probe.1",
              "share/man/man1/neox-probe-ls.1",
              "share/man/man1/neox-probe-ls-tasks.1",
              "lib/help/neox-probe",
              "lib/help/neox-probe.ls",
              "lib/help/neox-probe.ls.tasks");
    }
  }

  @Test
  void aKeptHelpPageIsLaidOutAsTheHelpIs() throws IOException {
    HelpPage page = HelpPage.read(Files.readString(file("lib/help/neox-probe")));
    for (int columns : new int[] {20, 44, 80, 200}) {
      assertThat(page.laidOut(columns))
          .isEqualTo(HelpText.of(tool().getCommandSpec(), columns))
          .contains("--depth", "--colour");
    }
  }

  @Test
  void manPrintsEveryPartOfThePageAsItIsWrittenWithoutAWarning() throws Exception {
    Path page = file("share/man/man1/neox-probe.1");
    String text = String.join("\n", printed("man", "--warnings", "-l", page.toString()).toList());
    assertThat(text)
        .contains(
            "NEOX-PROBE(1)",
            "neox-probe - Probes 'things': what there is [all of it]\n",
            ".A line that begins with a dot, and a \\ in it.",
            "  a table    in two columns",
            "-d, --depth=N",
            "How deep: 'n' levels [of 9]. Not deeper.",
            "neox-probe --depth 3 FILE",
            "Say it — gently.",
            "neox-probe-ls(1)")
        .doesNotContain("--secret", "--out_dir", "warning:");
  }

  @Test
  void fishOffersWhatMayComeNext() throws Exception {
    Path file = file("share/fish/vendor_completions.d/neox-probe.fish");
    assertThat(fish(file, "neox-probe --d"))
        .containsExactly("--depth\tHow deep: 'n' levels [of 9]");
    assertThat(fish(file, "neox-probe --colour "))
        .extracting(line -> line.replaceFirst("\t.*", ""))
        .containsExactlyInAnyOrder("RED", "GREEN");
    assertThat(fish(file, "neox-probe l")).contains("ls\tLists things");
    assertThat(fish(file, "neox-probe ls --")).containsExactly("--long\tAll columns");
    assertThat(fish(file, "neox-probe ls ")).contains("tasks\tLists tasks");
    assertThat(fish(file, "neox-probe ls tasks --")).containsExactly("--groups\tGroups alone");
  }

  private Stream<String> fish(Path file, String line) throws Exception {
    return printed("fish", "--no-config", "-c", "source " + file + "; complete -C '" + line + "'");
  }

  @Test
  void zshIsToldWhatMayComeNext() throws Exception {
    Path file = file("share/zsh/site-functions/_neox-probe");
    assertThat(zsh(file, "neox-probe", "--d"))
        .contains(
            "(-d --depth)-d[How deep\\: 'n' levels \\[of 9\\]]:N: ",
            "(-d --depth)--depth=[How deep\\: 'n' levels \\[of 9\\]]:N: ",
            "--colour=[One of two]:COLOUR:(RED GREEN)",
            "--out-dir=[Where to write]:DIR:_files",
            "1:command:{ _describe command commands || _files }",
            "*:FILE:_files",
            "commands: ls:Lists things");
    assertThat(zsh(file, "neox-probe", "ls", "--")).contains("--long[All columns]");
    assertThat(zsh(file, "neox-probe", "ls", "tasks", "--")).contains("--groups[Groups alone]");
    assertThat(zsh(file, "neox-probe", "ls")).contains("*:FILE:_files");
  }

  /// What the completion hands to zsh's own function: one specification a line.
  private List<String> zsh(Path file, String... words) throws Exception {
    String script =
        "_arguments() { print -rl -- \"$@\"; print -r -- \"commands: $commands\" };"
            + "words=(%s); CURRENT=$#words; source %s".formatted(String.join(" ", words), file);
    return printed("zsh", "-f", "-c", script).toList();
  }

  @Test
  void bashCompletionNamesOptionsAndSubcommands() throws Exception {
    Path file = file("share/bash-completion/completions/neox-probe");
    printed("bash", "-n", file.toString());
    assertThat(Files.readString(file)).contains("--depth", "ls", "complete -F");
    assertThat(CommandPages.completion(tool(), Shell.BASH)).isEqualTo(Files.readString(file));
  }

  private static void write(CommandLine tool, Path root) throws IOException {
    for (Map.Entry<String, String> each : CommandPages.of(tool, "0.1.0").entrySet()) {
      Path file = root.resolve(each.getKey());
      Files.createDirectories(file.resolveSibling(""));
      Files.writeString(file, each.getValue());
    }
  }
}
