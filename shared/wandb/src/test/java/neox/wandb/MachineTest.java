package neox.wandb;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MachineTest {
  @TempDir Path proc;

  private void write(String name, String text) throws IOException {
    Path file = proc.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  @Test
  void readsWhatLinuxTells() throws IOException {
    write("stat", "cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1\n");
    write("meminfo", "MemTotal: 1024000 kB\nMemFree: 1 kB\nMemAvailable: 256000 kB\n");
    write("self/status", "Name: java\nVmRSS: 102400 kB\nThreads: 17\n");
    write("diskstats", " 8 0 sda 1 2 4096 4 5 6 2048 8\n 8 1 sda1 1 2 3 4 5 6 7 8\n");
    write("net/dev", "head\nhead\n  lo: 9 0 0 0 0 0 0 0 9\neth0: 100 0 0 0 0 0 0 0 200 0\n");
    Machine machine = new Machine(proc, proc, new Gpus(List::of));
    write("stat", "cpu  150 0 150 780 120 0 0 0 0 0\n");
    ObjectNode event = machine.look();
    assertThat(event.path("system.cpu").asDouble()).isEqualTo(50);
    assertThat(event.path("system.memory_percent").asDouble()).isEqualTo(75);
    assertThat(event.path("system.proc.memory.rssMB").asDouble()).isEqualTo(100);
    assertThat(event.path("system.proc.memory.percent").asDouble()).isEqualTo(10);
    assertThat(event.path("system.proc.cpu.threads").asDouble()).isEqualTo(17);
    assertThat(event.path("system.disk.sda.in").asDouble()).isEqualTo(2);
    assertThat(event.path("system.disk.sda.out").asDouble()).isEqualTo(1);
    assertThat(event.has("system.disk.sda1.in")).isFalse();
    assertThat(event.path("system.network.recv").asDouble()).isEqualTo(100);
    assertThat(event.path("system.network.sent").asDouble()).isEqualTo(200);
    assertThat(event.path("system.disk./.usagePercent").asDouble()).isBetween(0.0, 100.0);
  }

  @Test
  void leavesOutWhatASystemDoesNotTell() {
    ObjectNode event = new Machine(proc, proc, new Gpus(List::of)).look();
    assertThat(event.properties())
        .extracting(Map.Entry::getKey)
        .allMatch(name -> name.startsWith("system.disk./."));
  }

  @Test
  void readsWhatNvidiaSmiTells() {
    Gpus gpus =
        new Gpus(() ->
            List.of(
                "0, NVIDIA H200, 97, 40, 70000, 140000, 61, 512.25",
                "1, NVIDIA H200, [N/A], 0, 0, 140000, 30, [N/A]",
                "broken"));
    assertThat(gpus.look())
        .containsEntry("system.gpu.0.gpu", 97.0)
        .containsEntry("system.gpu.0.memoryAllocated", 50.0)
        .containsEntry("system.gpu.0.powerWatts", 512.25)
        .containsEntry("system.gpu.1.temp", 30.0)
        .doesNotContainKey("system.gpu.1.gpu");
  }
}
