package neox.base.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@EnabledOnOs(OS.LINUX)
class NicenessTest {
  private static final int FIELD = 19 - 3; // of those after the name in /proc/PID/stat

  /// Of this thread, as the kernel has it.
  private static int nice() {
    try {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"));
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[FIELD]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aThreadAndThoseThatItStartsLeaveTheProcessorToAllOthers(Niceness niceness) {
    int before = nice();
    int value =
        switch (niceness) {
          case AS_IT_IS -> before;
          case GREATEST -> 19;
        };
    CompletableFuture<Integer> own = new CompletableFuture<>();
    CompletableFuture<Integer> ofChild = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(() -> {
          niceness.adopt();
          own.complete(nice());
          Thread.ofPlatform().start(() -> ofChild.complete(nice()));
        });
    assertThat(own.join()).isEqualTo(value);
    assertThat(ofChild.join()).isEqualTo(value);
    assertThat(nice()).isEqualTo(before);
  }
}
