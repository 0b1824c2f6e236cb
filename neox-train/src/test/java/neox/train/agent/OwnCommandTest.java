package neox.train.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class OwnCommandTest {
  private static final List<String> WORDS =
      List.of("java", "-Xmx1g", "-cp", "a.jar", "neox.Main", "-d", "", "a.yml", "");

  @Test
  void keepsJavaItsOptionsAndClassesAndReplacesTheArguments() {
    assertThat(OwnCommand.replaced(WORDS, List.of("-d", "", "a.yml"), List.of("b.yml")))
        .containsExactly("java", "-Xmx1g", "-cp", "a.jar", "neox.Main", "b.yml");
  }

  @Test
  void failsWhereTheArgumentsAreNotThoseOfTheProcess() {
    assertThatThrownBy(() -> OwnCommand.replaced(WORDS, List.of("c.yml"), List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("was not started with [c.yml]");
  }
}
