package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.inference.load.ModelOptions;
import neox.parallel.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class ModelOptionsTest {
  @Command(name = "neox-any")
  private static final class AnyCommand {
    @Mixin ModelOptions model = new ModelOptions();
  }

  private static ModelOptions parse(String... args) {
    AnyCommand command = new AnyCommand();
    new CommandLine(command).parseArgs(args);
    return command.model;
  }

  @Test
  void saysHowToFetchAModelOfTheHub() {
    assertThatThrownBy(() -> ModelOptions.requireDirectory(Path.of("EleutherAI/pythia-70m")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "EleutherAI/pythia-70m: no such directory; fetch a model of that name from the hub with"
                + " 'neox-prepare checkpoint EleutherAI/pythia-70m', then give --model pythia-70m");
  }

  @ParameterizedTest
  @ValueSource(strings = {"./a/b", "/a/b", "a/b/c", "checkpoints", "src/no-such-directory", ".."})
  void leavesOtherPathsAlone(String path) {
    assertThat(parse("--model", path).directory()).contains(Path.of(path));
    assertThat(parse().directory()).isEmpty();
  }

  private static LoadedConfig configured(int pipe, int tensor) throws IOException {
    Path golden = Pythia.golden("pythia/checkpoint/global_step20/configs/config.yml");
    return ConfigLoader.readModel(
        ConfigSource.of(golden)
            .with("test", "pipe_parallel_size", String.valueOf(pipe))
            .with("test", "model_parallel_size", String.valueOf(tensor)));
  }

  @Test
  void takesRanksFromOptionsThenFromTheConfiguration() throws IOException {
    Optional<LoadedConfig> none = Optional.empty();
    assertThat(parse().loadOptions(none).ranks()).isEqualTo(Topology.single());
    assertThat(parse("--tp", "2", "--pp", "3").loadOptions(none).ranks())
        .isEqualTo(new Topology(3, 1, 2));
    assertThat(parse("--tensor_parallel_size=4").loadOptions(none).ranks())
        .isEqualTo(new Topology(1, 1, 4));
    Optional<LoadedConfig> config = Optional.of(configured(2, 2));
    assertThat(parse().loadOptions(config).ranks()).isEqualTo(new Topology(2, 1, 2));
    assertThat(parse("--pp", "1").loadOptions(config).ranks()).isEqualTo(new Topology(1, 1, 2));
    assertThat(parse().loadOptions(Optional.of(configured(0, 1))).ranks())
        .isEqualTo(Topology.single());
  }

  @Test
  void refusesRanksThatCannotBe() {
    assertThatThrownBy(() -> parse("--tp", "0").loadOptions(Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessage("--tensor-parallel-size 0: expected at least 1");
    assertThatThrownBy(() -> parse("--pp", "100000").loadOptions(Optional.empty()))
        .isInstanceOf(UserException.class)
        .hasMessageMatching(
            "100000 stages of 1 tensor-parallel ranks are more than this host carries \\(\\d+\\);"
                + " set --pipeline-parallel-size and --tensor-parallel-size");
  }
}
