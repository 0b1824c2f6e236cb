package neox.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What may stand where a configuration file is named.
class ConfigTextTest {
  @TempDir Path directory;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text);
  }

  private String problem(String... names) {
    return problem(
        new ConfigSource(
            Optional.of(directory), List.of(names).stream().map(Path::of).toList(), Map.of()));
  }

  private String problem(ConfigSource source) {
    try {
      ConfigLoader.read(source);
    } catch (UserException e) {
      return String.valueOf(e.getMessage()).replace(directory + "/", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError("no problem was found");
  }

  @Test
  void aNamedPipeIsReadLikeAFileAndOnce() throws IOException, InterruptedException {
    Path pipe = directory.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                Files.writeString(pipe, TestConfig.text("train_epochs: 2\ntrain_iters: null"));
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    OpenedConfig opened = ConfigLoader.open(ConfigSource.of(pipe));
    writer.join();
    RunShape one = RunShape.ofRanks(1);
    assertThat(opened.forRun(one).config().batch().trainIters()).isZero();
    LoadedConfig again = opened.forRun(one.withSteps(7));
    assertThat(again.config().batch().trainIters()).isEqualTo(7);
    assertThat(again.originals()).containsOnlyKeys("pipe.yml");
  }

  @Test
  void aFileIsFoundUnderItsOwnNameWhenThereIsNoneWithTheSuffix() throws IOException {
    write("a.yaml", TestConfig.text("seed: 5"));
    write("b", "log_interval: 3");
    write("b.yml", "log_interval: 4");
    ConfigSource source =
        new ConfigSource(
            Optional.of(directory), List.of(Path.of("a.yaml"), Path.of("b")), Map.of());
    NeoxConfig config = ConfigLoader.load(source);
    assertThat(config.data().seed()).isEqualTo(5);
    assertThat(config.monitor().logInterval()).isEqualTo(4);
  }

  @Test
  void aFileGivenTwiceCountsOnce() throws IOException {
    write("a.yml", TestConfig.text("seed: 5"));
    ConfigSource source =
        ConfigSource.of(
            directory.resolve("a.yml"), directory.resolve("a"), directory.resolve("./a.yml"));
    assertThat(ConfigLoader.read(source).originals()).containsOnlyKeys("a.yml");
  }

  @Test
  void aKeyMayBeRepeatedWithTheSameValue() throws IOException {
    write("a.yml", TestConfig.text("seed: 16\nnorm: layernorm\nnorm: 'layernorm'"));
    write("b.yml", "seed: 0x10\noptimizer: {params: {lr: 0.001}, type: Adam}");
    ConfigSource source =
        new ConfigSource(Optional.of(directory), List.of(Path.of("a"), Path.of("b")), Map.of());
    assertThat(ConfigLoader.load(source).data().seed()).isEqualTo(16);
    write("c.yml", "seed: 17");
    assertThat(problem("a", "c"))
        .isEqualTo(
            "c.yml:1: seed: given twice with two values, first at a.yml:1; remove one of them");
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void whatIsNoConfigurationIsNamed() throws IOException {
    Files.createDirectory(directory.resolve("d.yml"));
    Files.createSymbolicLink(directory.resolve("loop.yml"), directory.resolve("loop.yml"));
    Files.createSymbolicLink(directory.resolve("zero.yml"), Path.of("/dev/zero"));
    Files.createSymbolicLink(directory.resolve("gone.yml"), Path.of("/nowhere"));
    Files.write(directory.resolve("bytes.yml"), new byte[] {'a', (byte) 0xff});
    Files.writeString(directory.resolve("large.yml"), "a: 1\n".repeat(2_000_000));
    assertThat(problem("d", "loop", "zero", "gone", "bytes", "large", "a.yml/b"))
        .isEqualTo(
            """
            d.yml: a directory, expected a .yml file
            loop.yml: Too many levels of symbolic links or unable to access attributes of symbolic link
            zero.yml: larger than 4 MiB, so not a configuration
            gone.yml: no such configuration file
            bytes.yml: not UTF-8 text
            large.yml: larger than 4 MiB, so not a configuration
            a.yml/b.yml: no such configuration file\
            """);
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void whatUnfoldsOrNestsWithoutEndIsRefusedAtOnce() throws IOException {
    String endless = ":1: not valid YAML: too many values, or a value that contains itself";
    write("deep.yml", "a: " + "[".repeat(100_000));
    assertThat(problem("deep")).isEqualTo("deep.yml" + endless);
    write("keys.yml", "? ".repeat(100_000));
    assertThat(problem("keys")).isEqualTo("keys.yml" + endless);
    write("many.yml", "a: [" + "1,".repeat(1_000_000));
    assertThat(problem("many")).isEqualTo("many.yml" + endless);
    StringBuilder laughs = new StringBuilder("a0: &a0 {x: lol}\n");
    for (int i = 1; i < 40; i++) {
      laughs.append("a%d: &a%d {x: *a%d, y: *a%d}\n".formatted(i, i, i - 1, i - 1));
    }
    write("laughs.yml", laughs.toString());
    assertThat(problem("laughs")).isEqualTo("laughs.yml" + endless);
    StringBuilder merges = new StringBuilder("a0: &a0 {x: 1}\n");
    for (int i = 1; i < 40; i++) {
      merges.append("a%d: &a%d {<<: [*a%d, *a%d]}\n".formatted(i, i, i - 1, i - 1));
    }
    write("merges.yml", merges.toString());
    assertThat(problem("merges")).isEqualTo("merges.yml" + endless);
  }

  @Test
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void thousandsOfUnknownKeysAreALineEach() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      text.append("key_").append(i).append(": ").append(i).append('\n');
    }
    text.append("? ").append("k".repeat(1_000_000)).append("\n: 1\n");
    write("a.yml", text + TestConfig.text(""));
    assertThat(problem("a").lines())
        .hasSize(30_001)
        .allMatch(line -> line.startsWith("a.yml:"))
        .first()
        .isEqualTo("a.yml:1: key_0: unknown key");
  }

  @Test
  void whatMayHaveBeenMeantBySomethingMissingIsSaid() throws IOException {
    assertThat(problem("train.py", "b=2", "x"))
        .isEqualTo(
            """
            train.py.yml: no such configuration file; the scripts of GPT-NeoX are tools of their \
            own here: leave train.py out
            b=2.yml: no such configuration file; each --set takes one KEY=VALUE: write --set b=2
            x.yml: no such configuration file\
            """);
    Files.createDirectory(directory.resolve("folder"));
    assertThat(problem("folder", "/nowhere/x.yml", "/"))
        .isEqualTo(
            """
            folder.yml: no such configuration file; folder is a directory: -d DIR names one, its \
            files stand after it
            /nowhere/x.yml: no such configuration file
            /: a directory, expected a .yml file\
            """);
    Path configs = Path.of("src/test/resources/golden");
    assertThat(
            problem(
                new ConfigSource(
                    Optional.of(configs), List.of(configs.resolve("configs/A_pythia")), Map.of())))
        .isEqualTo(
            "src/test/resources/golden/src/test/resources/golden/configs/A_pythia.yml: no such"
                + " configuration file; -d already names the directory:"
                + " src/test/resources/golden/configs/A_pythia.yml is there without -d"
                + " src/test/resources/golden");
  }

  @Test
  void aLongValueIsShortenedAndQuotedAsItIs() throws IOException {
    write("a.yml", TestConfig.text("norm: \"a\\nb\\e[2J\\u202e" + "x".repeat(1000) + "\""));
    assertThat(problem("a"))
        .startsWith("a.yml:1: norm: expected one of layernorm, ")
        .endsWith("found text 'a\nb\u001b[2J\u202e" + "x".repeat(52) + "…'");
  }

  @Test
  void anOptionIsNamedByItsOwnWord() throws IOException {
    write("a.yml", TestConfig.text("seed: 5"));
    ConfigSource source = ConfigSource.of(directory.resolve("a.yml"));
    assertThat(problem(source.with("--iteration", "iteration", "-5")))
        .isEqualTo("--iteration: expected an integer that is at least 0, found number -5");
    assertThat(problem(source.with("--top-k", "top_k", "[1")))
        .isEqualTo("--top-k: not valid YAML: expected ',' or ']', but got <stream end>");
    assertThatThrownBy(() -> ConfigSource.overrides(List.of(" =1")))
        .hasMessage("--set  =1: expected KEY=VALUE, such as --set train_iters=100");
  }
}
