package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import neox.base.UserException;
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
}
