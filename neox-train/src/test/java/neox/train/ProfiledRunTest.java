package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import neox.base.json.Json;
import neox.tensor.NativeRuntime;
import neox.train.TrainFixture.Result;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs with `profile`.
class ProfiledRunTest {
  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeAll
  static void startNatives() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @Test
  void tellsWhereTheTimeOfItsStepsWent() throws IOException {
    Result result =
        fixture.run(
            "run", "profile=true", "profile_step_start=2", "profile_step_stop=3", "train_iters=4");
    assertThat(result.err())
        .contains("profile of 2 steps; figures are those of one step:")
        .containsPattern("(?m)^forward +[0-9.]+ +[0-9.]+ +[0-9.]+%")
        .containsPattern("(?m)^aten::\\w+ +backward ")
        .containsPattern("(?m)^(aten::\\w+|\\(outside of operators\\)) +optimizer ")
        .containsPattern("[0-9.]+ GFLOP a step, strictly counted: [0-9.]+ GFLOP/s, [0-9.]+% of");
    Set<String> names = new TreeSet<>();
    Set<String> categories = new TreeSet<>();
    Path trace = directory.resolve("run/profile.trace.json");
    for (JsonNode event : Json.read(trace).path("traceEvents")) {
      names.add(event.path("name").asText());
      categories.add(event.path("cat").asText());
    }
    assertThat(names)
        .contains("step 2", "step 3", "data", "forward", "backward", "optimizer", "aten::gelu")
        .doesNotContain("step 1", "step 4");
    assertThat(categories).contains("step", "part", "operator", "autograd");
  }

  @Test
  void saysSoWhenItEndsTooEarly() {
    Result result = fixture.run("run", "profile=true", "train_iters=2");
    assertThat(result.err())
        .contains("nothing is profiled: the run took 2 steps, profile_step_start is 10");
  }
}
