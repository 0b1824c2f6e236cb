package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

class ConfigOptionsTest {
  @TempDir Path directory;

  @Command(name = "neox-any")
  private static final class AnyCommand implements ToolCommand {
    @Mixin ConfigOptions config = new ConfigOptions();

    @Option(names = "--iteration")
    private @Nullable String iteration;

    private Map<String, String> overrides() {
      return iteration == null ? Map.of() : Map.of("iteration", iteration);
    }

    @Override
    public int call(Console console) throws IOException {
      ConfigSource source = config.source(overrides());
      Optional<String> answer = config.answer(source);
      if (answer.isPresent()) {
        console.out().print(answer.get());
        return 0;
      }
      console.out().println(ConfigLoader.load(source).batch().trainIters());
      return 0;
    }
  }

  private static ConfigSource parse(String... args) {
    AnyCommand command = new AnyCommand();
    new CommandLine(command).parseArgs(args);
    return command.config.source(command.overrides());
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int run(String... args) {
    return Tool.run(
        new AnyCommand(),
        args,
        new ByteArrayInputStream(new byte[0]),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @Test
  void takesTheCommandLineOfDeepy() {
    assertThat(parse("-d", "configs", "125M", "local_setup"))
        .isEqualTo(
            new ConfigSource(
                Optional.of(Path.of("configs")),
                List.of(Path.of("125M"), Path.of("local_setup")),
                Map.of()));
    assertThat(parse("--conf_dir", "a").directory()).contains(Path.of("a"));
    assertThat(parse("--conf-dir=b", "x").directory()).contains(Path.of("b"));
    assertThat(parse("x", "--iteration", "5").overrides()).isEqualTo(Map.of("iteration", "5"));
  }

  @Test
  void takesOverrides() {
    assertThat(parse("x", "--set", "a=1", "--set", "b.c=x=y", "--set", "d=").overrides())
        .isEqualTo(Map.of("a", "1", "b.c", "x=y", "d", ""));
    assertThat(parse("x", "--iteration=5", "--set", "iteration=6").overrides())
        .isEqualTo(Map.of("iteration", "6"));
    assertThatThrownBy(() -> parse("x", "--set", "a"))
        .isInstanceOf(UserException.class)
        .hasMessage("--set a: expected KEY=VALUE, such as --set train_iters=100");
  }

  /// What people type who come from GPT-NeoX, and what they are told.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          x --train-iters 10      | Unknown option: '--train-iters'; It is a key of the configuration: --set train_iters=10
          --train-iters 10        | Unknown option: '--train-iters'; It is a key of the configuration: --set train_iters=10
          --train_iters=10        | Unknown option: '--train_iters=10'; It is a key of the configuration: --set train_iters=10
          --hidden-size -d x      | Unknown option: '--hidden-size'; It is a key of the configuration: --set hidden_size=VALUE
          --no-such-key 10        | Unknown option: '--no-such-key'; Try 'neox-any --help'.
          --set a=1 b=2           | b=2: expected a configuration file, found KEY=VALUE; each key takes a --set of its own: --set b=2
          --set a=1 b.c=2         | b.c=2: expected a configuration file, found KEY=VALUE; each key takes a --set of its own: --set b.c=2
          train.py x              | train.py: expected a configuration file, found a script of GPT-NeoX; the tool replaces it: leave it out
          deepy.py train.py x     | deepy.py: expected a configuration file, found a script of GPT-NeoX; the tool replaces it: leave it out
          """)
  void namesTheNextCommandAtADeadEnd(String arguments, String lines) {
    assertThat(run(arguments.split(" ", -1))).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("neox-any: " + lines.replace("'; ", "'\n") + "\n");
  }

  /// The files lie deeper than the working directory, so that as many `..` as lead out of that one
  /// do not lead to the root, where the name given twice would be a file.
  @Test
  void seesThatTheDirectoryIsNamedTwice() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    Path deep = directory;
    for (int level = 0; level < here.getNameCount(); level++) {
      deep = deep.resolve("d");
    }
    Files.writeString(Files.createDirectories(deep).resolve("c.yml"), TestConfig.text("seed: 3"));
    Path below = here.relativize(deep);
    for (Path named : List.of(below.resolve("c.yml"), below.resolve("c"))) {
      err.reset();
      assertThat(run("-d", below.toString(), named.toString())).isEqualTo(2);
      assertThat(err.toString(StandardCharsets.UTF_8))
          .isEqualTo(
              "neox-any: %s: no such configuration file, but %s is one: leave out -d %s\n"
                  .formatted(below.resolve(named), named, below));
    }
    assertThat(run("-d", below.toString(), "c", "--set", "train_iters=3")).isZero();
  }

  @Test
  void printsTheEffectiveConfigurationThatRunsTheSame() throws IOException {
    Path file = Files.writeString(directory.resolve("c.yml"), TestConfig.text("seed: 3"));
    assertThat(run(file.toString(), "--set", "train_iters=9", "--print-config")).isZero();
    Path printed =
        Files.writeString(directory.resolve("p.yml"), out.toString(StandardCharsets.UTF_8));
    assertThat(ConfigLoader.load(ConfigSource.of(printed)).batch().trainIters()).isEqualTo(9);
  }

  @Test
  void listsTheKeysWithoutAnyFile() {
    assertThat(run("--help-config")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(ConfigReference.plain());
  }

  @Test
  void tenMistakesEndTheToolWithTenLinesAndCode2() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("ten.yml"),
            TestConfig.text(
                """
                num_layers: twelve
                hidden_size: 30
                attention_droput: 0.1
                norm: layernrm
                rotary_pct: 1.5
                train_iters: 1.0e3
                moe_num_experts: 8
                train_batch_size: 10
                save: checkpoints
                norm: rmsnorm
                """));
    assertThat(run(file.toString())).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(10);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("neox-any: " + file + ":1: num_layers: expected an integer");
    assertThat(out.size()).isZero();
  }
}
