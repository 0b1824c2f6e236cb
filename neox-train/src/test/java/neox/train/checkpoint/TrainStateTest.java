package neox.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.config.ScheduleConfig.DecayStyle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainStateTest {
  private static final LearningRateSchedule SCHEDULE =
      new LearningRateSchedule(DecayStyle.COSINE, 0.003, 0.0003, 1.3, 13);

  @TempDir Path directory;

  @Test
  void readsBackWhatItWrote() throws IOException {
    TrainState state =
        TrainState.fresh(SCHEDULE)
            .plus(8, 512, 6.125)
            .plus(8, 512, 0.1)
            .withRandomState(Optional.of(TrainState.encode(new byte[] {1, -2, 3})));
    state.write(directory);
    assertThat(TrainState.read(directory)).contains(state);
    assertThat(TrainState.decode(state.randomState().orElseThrow())).containsExactly(1, -2, 3);
  }

  @Test
  void aCheckpointByNeoxHasNone() throws IOException {
    assertThat(TrainState.read(directory)).isEmpty();
  }

  @Test
  void namesTheMissingEntryOfADamagedFile() throws IOException {
    Files.writeString(directory.resolve("train_state.json"), "{\"iteration\": 5}");
    assertThatThrownBy(() -> TrainState.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("train_state.json: no entry \"loss_window\"");
  }

  @Test
  void refusesACountThatIsNone() throws IOException {
    TrainState.fresh(SCHEDULE).write(directory);
    Path file = directory.resolve("train_state.json");
    String good = Files.readString(file);
    Files.writeString(file, good.replace("\"iteration\" : 0", "\"iteration\" : \"x\""));
    assertThatThrownBy(() -> TrainState.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("train_state.json: \"iteration\": expected a count, found \"x\"");
    Files.writeString(file, good.replace("\"start_lr\" : 0.003", "\"start_lr\" : null"));
    assertThatThrownBy(() -> TrainState.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("\"start_lr\": expected a number, found null");
  }

  @Test
  void theWindowAveragesItsLosses() {
    assertThat(LossWindow.EMPTY.mean()).isZero();
    assertThat(LossWindow.EMPTY.plus(3).plus(5).mean()).isEqualTo(4);
  }
}
