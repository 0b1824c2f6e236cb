package neox.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RepoIdTest {
  @Test
  void readsAnOwnerAndAName() {
    assertThat(RepoId.parse("alice/tiny-1.0_b"))
        .isEqualTo(new RepoId(Optional.of("alice"), "tiny-1.0_b"))
        .hasToString("alice/tiny-1.0_b");
  }

  @Test
  void readsANameAlone() {
    assertThat(RepoId.parse("tiny"))
        .isEqualTo(new RepoId(Optional.empty(), "tiny"))
        .hasToString("tiny");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/", "/b", "-a", "a.", "a--b", "a..b", "a.git", "a b", "a/é"})
  void refusesNamesThatTheHubWouldRefuse(String text) {
    assertThatThrownBy(() -> RepoId.parse(text))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("cannot name a repository: expected 1 to 96 of");
  }

  @Test
  void refusesANameThatIsTooLong() {
    assertThat(RepoId.parse("a".repeat(96)).name()).hasSize(96);
    assertThatThrownBy(() -> RepoId.parse("a".repeat(97))).isInstanceOf(UserException.class);
  }

  @Test
  void refusesAnAddress() {
    assertThatThrownBy(() -> RepoId.parse("https://huggingface.co/alice/tiny"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "'https://huggingface.co/alice/tiny' is not a repository:"
                + " expected OWNER/NAME such as alice/tiny");
  }
}
