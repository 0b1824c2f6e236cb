package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A run that gets SIGTERM at any moment saves what there is to save, ends with exit code 75, and
/// goes on bit for bit.
@Tag("slow")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class SignalPointsTest {
  private static final int POINTS = 16;

  @TempDir Path directory;

  @Test
  void aSignalAtAnyPointLosesNothing() throws Exception {
    Process process =
        new ProcessBuilder(TrainProcess.command(SignalledRuns.class, List.of(directory.toString())))
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed.lines()).as(printed).hasSize(POINTS);
  }
}
