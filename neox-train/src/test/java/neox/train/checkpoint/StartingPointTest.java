package neox.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.config.CheckpointConfig;
import neox.config.CheckpointConfig.Scale;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.DecayStyle;
import neox.config.NeoxConfig;
import neox.config.ScheduleConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartingPointTest {
  private static final LearningRateSchedule OLD =
      new LearningRateSchedule(DecayStyle.Whole.COSINE, 0.003, 0.0003, 2, 20);
  private static final LearningRateSchedule NEW =
      new LearningRateSchedule(DecayStyle.Whole.COSINE, 0.003, 0.0003, 4, 40);

  @TempDir Path directory;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void startsAfreshWhenItsOwnDirectoryIsEmpty() throws IOException {
    assertThat(find(config(Optional.of(directory), Optional.of(directory), Optional.empty())))
        .isEmpty();
    assertThat(printed()).isEqualTo(directory + ": no checkpoint yet, starting from step 0\n");
  }

  @Test
  void refusesAnotherDirectoryWithoutCheckpoint() {
    Path other = directory.resolve("other");
    var config = config(Optional.of(directory), Optional.of(other), Optional.empty());
    assertThatThrownBy(() -> find(config))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(other + ": no such checkpoint directory");
  }

  @Test
  void takesTheLatestOrTheOneAskedFor() throws IOException {
    checkpoint(5);
    checkpoint(10);
    var own = Optional.of(directory);
    assertThat(find(config(own, own, Optional.empty()))).contains(path(10));
    assertThat(find(config(own, own, Optional.of(5L)))).contains(path(5));
    assertThat(find(config(Optional.empty(), own, Optional.empty()))).contains(path(10));
    assertThatThrownBy(() -> find(config(own, own, Optional.of(7L))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("global_step7")
        .hasMessageContaining("global_step5, global_step10");
  }

  @Test
  void continuesFromAFirstCheckpointThatLatestDoesNotNameYet() throws IOException {
    checkpoint(5);
    Files.delete(directory.resolve("latest"));
    var own = Optional.of(directory);
    assertThat(find(config(own, own, Optional.empty()))).contains(path(5));
  }

  @Test
  void warnsWhenCheckpointsWillBeReplaced() throws IOException {
    checkpoint(5);
    assertThat(find(config(Optional.of(directory), Optional.empty(), Optional.empty()))).isEmpty();
    assertThat(printed()).contains("warning: " + directory + " holds checkpoints up to step 5");
  }

  @Test
  void aDifferentScheduleNeedsAnAnswer() {
    Path checkpoint = Path.of("global_step10");
    assertThatThrownBy(() -> StartingPoint.agreed(checkpoint, OLD, NEW, schedule(false, false)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "global_step10: its learning-rate schedule is not the configured one (warm-up steps:"
                + " 2.0 there, 4.0 configured; lr_decay_iters: 20 there, 40 configured); set"
                + " override_lr_scheduler to take the configured, use_checkpoint_lr_scheduler to"
                + " keep the checkpoint's");
    assertThatThrownBy(() -> StartingPoint.agreed(checkpoint, OLD, NEW, schedule(true, true)))
        .hasMessageContaining("both set");
    assertThat(StartingPoint.agreed(checkpoint, OLD, NEW, schedule(true, false))).isEqualTo(NEW);
    assertThat(StartingPoint.agreed(checkpoint, OLD, NEW, schedule(false, true))).isEqualTo(OLD);
    assertThat(StartingPoint.agreed(checkpoint, OLD, OLD, schedule(false, false))).isEqualTo(OLD);
  }

  @Test
  void countsWhatACheckpointByNeoxHasSeen() throws IOException {
    NeoxConfig config =
        ConfigLoader.load(
            ConfigSource.of(Path.of("src/test/resources/golden/train/A_pythia/config.yml")));
    assertThat(stateOf(config, Map.of())).isEqualTo(TrainState.after(20, 160, 10_240, NEW));
    assertThat(stateOf(config, Map.of("global_steps", 20L, "global_samples", 320L)))
        .as("batches of 16 then, of 8 now")
        .isEqualTo(TrainState.after(20, 320, 20_480, NEW));
    assertThat(stateOf(config, Map.of("global_steps", 50L, "global_samples", 800L)))
        .as("fine-tuned for 20 steps after 30")
        .isEqualTo(TrainState.after(20, 320, 20_480, NEW));
    assertThat(stateOf(config, Map.of("global_steps", 0L, "global_samples", -7L)))
        .as("damaged")
        .isEqualTo(TrainState.after(20, 160, 10_240, NEW));
    Map<String, Object> hostile = Map.of("global_steps", 20L, "global_samples", Long.MAX_VALUE);
    assertThatThrownBy(() -> stateOf(config, hostile))
        .isInstanceOf(UserException.class)
        .hasMessage(
            directory
                + ": 9223372036854775807 x 64 samples or tokens are more than can be counted: the"
                + " checkpoint is damaged, load another one (iteration)");
  }

  private TrainState stateOf(NeoxConfig config, Map<String, Object> counters) throws IOException {
    return StartingPoint.stateOf(directory, new StartingPoint.NeoxState(20, counters), config, NEW);
  }

  private Optional<Path> find(CheckpointConfig config) throws IOException {
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8),
            false,
            false);
    return StartingPoint.find(config, console);
  }

  private String printed() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private void checkpoint(long iteration) throws IOException {
    new CheckpointStore(directory)
        .write(
            iteration,
            List.of(
                d -> Files.writeString(d.resolve("mp_rank_00_model_states.pt"), "not looked into")),
            Together.alone());
  }

  private Path path(long iteration) {
    return directory.resolve("global_step" + iteration);
  }

  private static CheckpointConfig config(
      Optional<Path> save, Optional<Path> load, Optional<Long> iteration) {
    return new CheckpointConfig(
        save,
        load,
        Optional.empty(),
        Scale.LINEAR,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        false,
        true,
        true,
        true,
        false,
        iteration,
        Optional.empty());
  }

  private static ScheduleConfig schedule(boolean override, boolean useCheckpoint) {
    return new ScheduleConfig(DecayStyle.Whole.COSINE, 20, 0, 2, override, useCheckpoint);
  }
}
