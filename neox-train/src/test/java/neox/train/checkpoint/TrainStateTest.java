package neox.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.config.DecayStyle;
import neox.data.ledger.Ledger;
import neox.train.stability.LossScale;
import neox.train.stability.NoiseScale;
import neox.train.stability.Recent;
import neox.train.stability.Stability;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainStateTest {
  private static final LearningRateSchedule SCHEDULE =
      new LearningRateSchedule(DecayStyle.Whole.COSINE, 0.003, 0.0003, 1.3, 13);

  private static final DataState DATA =
      new DataState(
          16,
          new DataOrder(
              160,
              20,
              8,
              1234,
              64,
              "90,5,5",
              "packed",
              List.of(
                  new DataOrder.Dataset("a/b", 10, 1000, 15, 0.7, "0123abcd"),
                  new DataOrder.Dataset("c", 2, 70, 1, 1.0 / 3, "00000000"))),
          List.of(11L, 5L),
          Optional.of(
              new Ledger(
                  List.of(
                      new Ledger.Dataset("a/b", 10, 1000, 15, 112, "0123abcd"),
                      new Ledger.Dataset("c", 2, 70, 1, 49, "00000000")),
                  List.of(
                      new Ledger.Phase(0, List.of(0), List.of(1.0)),
                      new Ledger.Phase(8, List.of(0, 1), List.of(0.3, 0.7))))));

  @TempDir Path directory;

  @Test
  void readsBackWhatItWrote() throws IOException {
    TrainState state =
        TrainState.fresh(SCHEDULE)
            .plus(8, 512, 6.125)
            .plus(8, 512, 0.1)
            .withRandomState(Optional.of(TrainState.encode(new byte[] {1, -2, 3})))
            .withData(DATA);
    state.write(directory);
    assertThat(TrainState.read(directory)).contains(state);
    assertThat(TrainState.decode(state.randomState().orElseThrow())).containsExactly(1, -2, 3);
  }

  @Test
  void readsBackWhatAnInterruptedSeriesOfSkippedStepsHasLeft() throws IOException {
    TrainState state =
        TrainState.fresh(SCHEDULE)
            .plus(8, 512, 6.125)
            .plusSkipped(8, 512, Double.NaN)
            .plusSkipped(8, 512, 0.1)
            .withStability(
                new Stability(
                    new LossScale(32768, 2, 3, -1),
                    2,
                    1,
                    new Recent(List.of(0.1, 1.0 / 3)),
                    new Recent(List.of(Math.PI, 2e-300))))
            .withNoiseScale(new NoiseScale(0.1, -2.0 / 3, 7));
    state.write(directory);
    assertThat(TrainState.read(directory)).contains(state);
    assertThat(state.updates()).isEqualTo(1);
    assertThat(state.window()).isEqualTo(new LossWindow(6.125, 1, 2, 1));
  }

  @Test
  void aRunThatNeverSkipsWritesNothingOfIt() throws IOException {
    TrainState.fresh(SCHEDULE).plus(8, 512, 6.125).write(directory);
    assertThat(directory.resolve("train_state.json"))
        .content()
        .doesNotContain("skipped", "loss_scaler", "recent", "noise_scale");
  }

  @Test
  void readsBackEverySchedule() throws IOException {
    List<DecayStyle> styles = new ArrayList<>(List.of(DecayStyle.Whole.values()));
    for (DecayStyle.WsdShape shape : DecayStyle.WsdShape.values()) {
      styles.add(new DecayStyle.Wsd(shape, 7));
    }
    for (DecayStyle style : styles) {
      var state = TrainState.fresh(new LearningRateSchedule(style, 0.003, 0.0003, 1.3, 13));
      state.write(directory);
      assertThat(TrainState.read(directory)).contains(state);
    }
    Path file = directory.resolve("train_state.json");
    Files.writeString(file, Files.readString(file).replace("minus_sqrt", "cubic"));
    assertThatThrownBy(() -> TrainState.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessage(
            file + ": unknown wsd_decay_style \"cubic\"; another version of this program wrote it");
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
  void anOlderCheckpointDoesNotSayWhereInTheDataItStood() throws IOException {
    TrainState.fresh(SCHEDULE).write(directory);
    assertThat(TrainState.read(directory).orElseThrow().data()).isEmpty();
  }

  @Test
  void refusesAPositionThatIsDamaged() throws IOException {
    TrainState.fresh(SCHEDULE).withData(DATA).write(directory);
    Path file = directory.resolve("train_state.json");
    String good = Files.readString(file);
    for (String[] damage :
        new String[][] {
          {
            "\"next_sample\" : 16",
            "\"next_sample\" : -1",
            "next_sample\": expected a count, found -1"
          },
          {
            "\"train_batch_size\" : 8",
            "\"train_batch_size\" : 4294967296",
            "expected a count of at"
          },
          {"\"split\" : \"90,5,5\"", "\"split\" : 3", "\"split\": expected a text, found 3"},
          {"\"documents\" : 10,", "", "no entry \"documents\""}
        }) {
      Files.writeString(file, good.replace(damage[0], damage[1]));
      assertThatThrownBy(() -> TrainState.read(directory))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(file + ": ")
          .hasMessageContaining(damage[2]);
    }
    Files.writeString(file, good.replaceAll("(?s)\"datasets\" : .*?]", "\"datasets\" : 5"));
    assertThatThrownBy(() -> TrainState.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("\"datasets\": expected a list, found 5");
    Files.writeString(file, good.replaceAll("(?s)\"order\" : .*?]\\s*}", "\"order\" : 5"));
    assertThatThrownBy(() -> TrainState.read(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("\"order\": expected an object, found 5");
  }

  @Test
  void theWindowAveragesItsLosses() {
    assertThat(LossWindow.EMPTY.mean()).isZero();
    assertThat(LossWindow.EMPTY.plus(3).plus(5).mean()).isEqualTo(4);
  }
}
