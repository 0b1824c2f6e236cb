package neox.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.base.json.Json;
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
            "global_step10: its learning-rate schedule is not the configured one (warmup in"
                + " steps: 2.0 there, 4.0 configured; lr_decay_iters: 20 there, 40 configured); set"
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

  /// Recorded from GPT-NeoX's own scheduler, which is given another one's state.
  @Test
  void aScheduleOfNeoxIsTakenOrRefusedAsThere() throws IOException {
    JsonNode recorded =
        Json.read(Path.of("src/test/resources/golden/lr/annealing_lr.json")).get("resume");
    JsonNode other = recorded.get(0).get("new");
    int outcomes = 0;
    for (JsonNode each : recorded) {
      NeoxConfig config = neoxConfig(other, answer(each));
      Map<String, Object> state = Map.of("lr_scheduler", entries(each.get("saved")));
      if (each.has("error")) {
        assertThatThrownBy(() -> resumed(config, state))
            .isInstanceOf(UserException.class)
            .hasMessage(
                directory
                    + ": its learning-rate schedule is not the configured one (lr_decay_style:"
                    + " cosine there, linear configured; optimizer.params.lr: 0.003 there, 0.001"
                    + " configured; min_lr: 3.0E-4 there, 1.0E-4 configured; warmup in steps: 2.0"
                    + " there, 4.0 configured; lr_decay_iters: 20 there, 40 configured); set"
                    + " override_lr_scheduler to take the configured, use_checkpoint_lr_scheduler"
                    + " to keep the checkpoint's");
      } else {
        TrainState actual = resumed(config, state);
        LearningRateSchedule schedule = actual.schedule();
        JsonNode expected = each.get("state_after_load");
        assertThat(schedule.peak()).isEqualTo(expected.get("start_lr").asDouble());
        assertThat(schedule.minRate()).isEqualTo(expected.get("min_lr").asDouble());
        assertThat(schedule.warmupSteps()).isEqualTo(expected.get("warmup_iter").asDouble());
        assertThat(schedule.decaySteps()).isEqualTo(expected.get("end_iter").asLong());
        assertThat(schedule.style().label()).isEqualTo(expected.get("decay_style").asText());
        assertThat(actual.updates()).isEqualTo(10);
        for (int n = 0; n <= 10; n++) { // past the end we differ on purpose
          assertThat(schedule.rate(actual.updates() + 1 + n))
              .isCloseTo(each.get("lr_after_load").get(n).asDouble(), withinPercentage(1e-9));
        }
      }
      outcomes++;
    }
    assertThat(outcomes).isEqualTo(3);
  }

  @Test
  void whatACheckpointDoesNotStoreIsNotCompared() throws IOException {
    NeoxConfig config = neoxConfig(Map.of());
    LearningRateSchedule configured = StartingPoint.configured(config);
    for (Object nothing : List.of(Map.of(), "None", Map.of("last_batch_iteration", 3L))) {
      TrainState state = resumed(config, Map.of("lr_scheduler", nothing, "skipped_steps", 2L));
      assertThat(state.schedule()).isEqualTo(configured);
      assertThat(state.updates()).isEqualTo(18);
    }
    Map<String, Object> partly = Map.of("num_iters", 7L, "end_iter", 20L);
    TrainState state = resumed(config, Map.of("lr_scheduler", partly, "skipped_steps", 2L));
    assertThat(state.schedule()).isEqualTo(configured);
    assertThat(state.updates()).as("the scheduler's own count").isEqualTo(7);
    assertThat(state.iteration()).isEqualTo(20);
  }

  @Test
  void aScheduleThatIsUnknownOrDamagedIsTold() throws IOException {
    NeoxConfig config = neoxConfig(Map.of());
    Map<String, Object> unknown = Map.of("lr_scheduler", Map.of("decay_style", "wsd"));
    assertThatThrownBy(() -> resumed(config, unknown))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(directory + ": its lr_scheduler has decay_style \"wsd\", of which")
        .hasMessageEndingWith("or override_lr_scheduler to take the configured");
    assertThat(resumed(neoxConfig(Map.of("override_lr_scheduler", "true")), unknown).updates())
        .isEqualTo(20);
    for (Object damaged : List.of(-1L, Double.NaN, Double.POSITIVE_INFINITY)) {
      assertThatThrownBy(
              () -> resumed(config, Map.of("lr_scheduler", Map.of("num_iters", damaged))))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("num_iters " + damaged + ", expected a number of at least 0");
    }
  }

  /// NeoX skips both then: its scheduler stands where it does before the first step.
  @Test
  void noLoadOptimBeginsTheScheduleAnew() throws IOException {
    NeoxConfig config = neoxConfig(Map.of("no_load_optim", "true"));
    Map<String, Object> other = Map.of("num_iters", 10L, "start_lr", 0.5);
    TrainState state = resumed(config, Map.of("lr_scheduler", other));
    assertThat(state.schedule()).isEqualTo(StartingPoint.configured(config));
    assertThat(state.updates()).isZero();
    assertThat(state.iteration()).isEqualTo(20);
    state.write(directory);
    assertThat(resumed(neoxConfig(Map.of()), Map.of()))
        .as("our own checkpoint of it")
        .isEqualTo(state);
    assertThat(resumed(config, Map.of()).updates()).isZero();
  }

  private static Map<String, Object> entries(JsonNode saved) {
    return Json.mapper().convertValue(saved, new TypeReference<Map<String, Object>>() {});
  }

  private static Map<String, String> answer(JsonNode outcome) {
    return Map.of(
        "override_lr_scheduler", outcome.get("override").asText(),
        "use_checkpoint_lr_scheduler", outcome.get("use_checkpoint").asText());
  }

  private static NeoxConfig neoxConfig(JsonNode schedule, Map<String, String> more)
      throws IOException {
    Map<String, String> settings = new LinkedHashMap<>(more);
    settings.put("optimizer.params.lr", schedule.get("start_lr").asText());
    settings.put("min_lr", schedule.get("min_lr").asText());
    settings.put("warmup", "null");
    settings.put("lr_warmup_iters", String.valueOf(schedule.get("warmup_iter").asLong()));
    settings.put("lr_decay_iters", schedule.get("end_iter").asText());
    settings.put("lr_decay_style", schedule.get("decay_style").asText());
    return neoxConfig(settings);
  }

  private static NeoxConfig neoxConfig(Map<String, String> settings) throws IOException {
    Path file = Path.of("src/test/resources/golden/train/A_pythia/config.yml");
    return ConfigLoader.load(new ConfigSource(Optional.empty(), List.of(file), settings));
  }

  private TrainState resumed(NeoxConfig config, Map<String, Object> state) throws IOException {
    return StartingPoint.stateOf(
        directory,
        new StartingPoint.NeoxState(20, state),
        config,
        StartingPoint.configured(config));
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
