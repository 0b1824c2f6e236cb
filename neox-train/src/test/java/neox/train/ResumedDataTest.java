package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import neox.base.ExitCode;
import neox.base.json.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A run that goes on with another configuration reads on where it stood, and says what differs.
class ResumedDataTest {
  private static final String[] NO_DROPOUT = {"hidden_dropout=0", "attention_dropout=0"};

  /// Sums in another order drift apart by rounding alone.
  private static final double TOLERANCE = 1e-4;

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @Test
  void aDoubledBatchGoesOnWithTheNextSample() throws IOException {
    assertThat(fixture.run("run", "exit_interval=6").code()).isEqualTo(ExitCode.STOPPED);
    assertThat(position(6)).isEqualTo(24);
    TrainFixture.Result rest =
        fixture.run("run", "train_micro_batch_size_per_gpu=4", "exit_interval=9");
    assertThat(rest.code()).as(rest.err()).isEqualTo(ExitCode.STOPPED);
    assertThat(rest.err())
        .contains(
            "train_batch_size was 4 in the checkpoint and is 8 now: training goes on with sample"
                + " 24, the next of its order");
    assertThat(position(9)).isEqualTo(48);
  }

  @Test
  void theSameBatchCutInOtherPiecesGivesTheSameLosses() {
    String[] whole = {NO_DROPOUT[0], NO_DROPOUT[1]};
    List<Double> expected = losses(fixture.run("whole", whole));
    List<Double> first =
        losses(fixture.run("run", NO_DROPOUT[0], NO_DROPOUT[1], "exit_interval=6"));
    TrainFixture.Result rest =
        fixture.run(
            "run",
            NO_DROPOUT[0],
            NO_DROPOUT[1],
            "train_micro_batch_size_per_gpu=1",
            "gradient_accumulation_steps=4");
    assertThat(rest.err()).doesNotContain("in the checkpoint");
    assertThat(first).isEqualTo(expected.subList(0, 6));
    List<Double> last = losses(rest);
    assertThat(last).hasSize(6);
    for (int i = 0; i < last.size(); i++) {
      assertThat(last.get(i)).isCloseTo(expected.get(6 + i), within(TOLERANCE));
    }
  }

  @Test
  void otherDataAreSaidAndAFineTuningBeginsAnew() throws IOException {
    assertThat(fixture.run("run", "exit_interval=6").code()).isEqualTo(ExitCode.STOPPED);
    TrainFixture.Result other = fixture.run("run", "seed=7", "exit_interval=8");
    assertThat(other.err())
        .contains(
            "warning: seed was 1234 in the checkpoint and is 7 now: the samples come in another"
                + " order; training goes on with its sample 24, so that some come again and some"
                + " never\n");
    TrainFixture.Result fine = fixture.run("run", "finetune=true", "seed=8", "exit_interval=2");
    assertThat(fine.code()).as(fine.err()).isEqualTo(ExitCode.STOPPED);
    assertThat(fine.err()).doesNotContain("in the checkpoint");
    assertThat(position(2)).isEqualTo(8);
  }

  private long position(long step) throws IOException {
    Path state = directory.resolve("run/global_step" + step + "/train_state.json");
    JsonNode json = Json.parse(Files.readString(state), state.toString());
    return json.get("data").get("next_sample").asLong();
  }

  private static List<Double> losses(TrainFixture.Result result) {
    return Pattern.compile("lm_loss: (\\S+) ")
        .matcher(result.out())
        .results()
        .map(match -> Double.parseDouble(match.group(1)))
        .toList();
  }
}
