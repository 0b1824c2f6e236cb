package neox.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.UserException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunDirectoryTest {
  @TempDir Path directory;
  private Path root;

  @BeforeEach
  void choose() {
    root = directory.resolve("logs");
  }

  @Test
  void givesEachRunADirectoryOfItsOwnAndTheSameOneAgain() throws IOException {
    assertThat(begin("a")).isEqualTo(root);
    assertThat(begin("b")).isEqualTo(root.resolve("run-2"));
    assertThat(begin("c")).isEqualTo(root.resolve("run-3"));
    assertThat(begin("b")).isEqualTo(root.resolve("run-2"));
    assertThat(begin("a")).isEqualTo(root);
  }

  @Test
  void keepsRunsApartThatHaveNotBegunYet() throws IOException {
    try (RunDirectory first = RunDirectory.claim(root, "a");
        RunDirectory second = RunDirectory.claim(root, "b")) {
      assertThat(first.path()).isEqualTo(root);
      assertThat(second.path()).isEqualTo(root.resolve("run-2"));
    }
  }

  @Test
  void givesTheDirectoryOfARunThatNeverBeganToTheNext() throws IOException {
    RunDirectory.claim(root, "a").close();
    assertThat(begin("b")).isEqualTo(root);
  }

  @ParameterizedTest
  @ValueSource(strings = {"metrics.jsonl", "events.out.tfevents.1.host.2"})
  void leavesRecordsAloneOfWhichItDoesNotKnowWhoseTheyAre(String file) throws IOException {
    Files.createDirectories(root);
    Files.writeString(root.resolve(file), "");
    assertThat(begin("a")).isEqualTo(root.resolve("run-2"));
    assertThat(begin("b")).isEqualTo(root.resolve("run-3"));
    assertThat(begin("a")).isEqualTo(root.resolve("run-2"));
  }

  @Test
  void refusesAFile() throws IOException {
    Files.writeString(root, "");
    assertThatThrownBy(() -> begin("a"))
        .isInstanceOf(UserException.class)
        .hasMessage(root + ": expected a directory for a run's records, found a file");
  }

  private Path begin(String run) throws IOException {
    try (RunDirectory claimed = RunDirectory.claim(root, run)) {
      claimed.keep();
      return claimed.path();
    }
  }
}
