package neox.base.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NvidiaDriverTest {
  @TempDir Path proc;

  @Test
  void tellsNothingWhereThereIsNoDriver() {
    NvidiaDriver driver = new NvidiaDriver(proc);
    assertThat(driver.isLoaded()).isFalse();
    assertThat(driver.gpus()).isZero();
    assertThat(driver.model()).isEmpty();
  }

  @Test
  void countsGpusAndNamesTheFirst() throws IOException {
    for (String address : new String[] {"0000:8b:00.0", "0000:1b:00.0"}) {
      Path gpu = Files.createDirectories(proc.resolve("driver/nvidia/gpus").resolve(address));
      Files.writeString(
          gpu.resolve("information"),
          "Model: \t\t NVIDIA H200 %s\nIRQ:   \t\t 64\n".formatted(address));
    }
    NvidiaDriver driver = new NvidiaDriver(proc);
    assertThat(driver.isLoaded()).isTrue();
    assertThat(driver.gpus()).isEqualTo(2);
    assertThat(driver.model()).contains("NVIDIA H200 0000:1b:00.0");
  }

  @Test
  void hasNoNameForAGpuThatTellsNone() throws IOException {
    Files.createDirectories(proc.resolve("driver/nvidia/gpus/0000:1b:00.0"));
    assertThat(new NvidiaDriver(proc).gpus()).isEqualTo(1);
    assertThat(new NvidiaDriver(proc).model()).isEmpty();
  }
}
