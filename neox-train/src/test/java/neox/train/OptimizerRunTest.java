package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import neox.base.ExitCode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whole runs with the rules and schedules that remember the most, stopped halfway.
class OptimizerRunTest {
  private static final int STOP = 3;
  private static final int END = 6;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "muon; lr_decay_style=wsd; lr_wsd_decay_iters=4; lr_wsd_decay_style=minus_sqrt",
        "sm3; lr_decay_style=exponential; lr_warmup_iters=2; optimizer.params.momentum=0.9",
        "madgrad_wd; lr_decay_style=wsd; lr_wsd_decay_fraction=0.3; grad_accum_reduction=sum",
        "adam; optimizer.params.adam_w_mode=false; optimizer.params.bias_correction=false"
      })
  void aStoppedRunGoesOnBitForBit(String line) throws IOException {
    String[] settings = line.split("; ");
    settings[0] = "optimizer.type=" + settings[0];
    TrainFixture fixture = new TrainFixture(directory);
    run(fixture, "whole", ExitCode.OK, settings);
    run(fixture, "parts", ExitCode.STOPPED, settings);
    run(fixture, "parts", ExitCode.OK, settings);
    fixture.assertSameCheckpoints("parts", "whole", END);
  }

  private static void run(TrainFixture fixture, String name, int code, String... settings) {
    String[] all = Arrays.copyOf(settings, settings.length + 2);
    all[settings.length] = "train_iters=" + END;
    all[settings.length + 1] = name.equals("whole") ? "log_interval=1" : "exit_interval=" + STOP;
    TrainFixture.Result result = fixture.run(name, all);
    assertThat(result.code()).as(result.err()).isEqualTo(code);
  }
}
