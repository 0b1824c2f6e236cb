package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LrPlotCommandTest {
  @TempDir Path directory;

  @Test
  void printsTheRateOfEachStepAndDrawsIt() throws IOException {
    TrainFixture.Result result =
        run("--set", "lr_decay_style=wsd", "--set", "lr_wsd_decay_iters=4", "--set", "warmup=0");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    List<String> lines = result.out().lines().toList();
    assertThat(lines.getFirst()).isEqualTo("      step  learning rate");
    assertThat(lines).hasSize(13);
    for (int step = 1; step <= 12; step++) {
      String[] cells = lines.get(step).strip().split(" +", -1);
      assertThat(cells[0]).isEqualTo(Integer.toString(step));
      double rate = step <= 9 ? 0.01 : 0.01 - 0.009 * (step - 9) / 4;
      assertThat(Double.parseDouble(cells[1])).isCloseTo(rate, within(1e-9));
    }
    assertThat(result.err()).contains("drawn: " + svg());
    assertThat(svg()).content().startsWith("<svg ").contains("<polyline", ">wsd<", ">step<");
  }

  @Test
  void printsEveryNthStepTheFirstAndTheLast() throws IOException {
    TrainFixture.Result result = run("--every", "5", "--set", "train_iters=12");
    assertThat(result.out().lines().skip(1).map(l -> l.strip().split(" ", 2)[0]))
        .containsExactly("1", "5", "10", "12");
    assertThat(run("--every", "0").err())
        .contains("--every: expected a number of at least 1, found 0");
  }

  @Test
  void leavesOutStepsOfALongRun() throws IOException {
    TrainFixture.Result result =
        run("--set", "train_iters=143000", "--set", "lr_decay_iters=143000");
    assertThat(result.out().lines().count()).isBetween(20L, 45L);
    assertThat(result.out()).contains("     5000  ", "   143000  1.000000e-03");
  }

  private TrainFixture.Result run(String... more) throws IOException {
    Path data = Files.createTempDirectory(directory, "run");
    List<String> arguments = new ArrayList<>(List.of("lr-plot"));
    arguments.add(new TrainFixture(data).config().toString());
    arguments.addAll(List.of("-o", svg().toString()));
    arguments.addAll(List.of(more));
    return TrainFixture.run(arguments);
  }

  private Path svg() {
    return directory.resolve("rates.svg");
  }
}
