package neox.base.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import neox.base.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@Timeout(value = 1, unit = TimeUnit.MINUTES)
class ParentWatchTest {
  @Test
  void endsTheProcessWhenItsStandardInputEnds() throws Exception {
    Process child = java(Child.class);
    try (BufferedReader printed = child.inputReader()) {
      assertThat(printed.readLine()).isEqualTo("watching");
      child.outputWriter().close();
      assertThat(child.waitFor()).isEqualTo(ExitCode.FAILED);
    } finally {
      child.destroyForcibly();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aStoppedProcessDiesWithItsKilledParent() throws Exception {
    Process parent = java(Parent.class);
    try (BufferedReader printed = parent.inputReader()) {
      ProcessHandle child = ProcessHandle.of(Long.parseLong(printed.readLine())).orElseThrow();
      assertThat(new ProcessBuilder("kill", "-STOP", "" + child.pid()).start().waitFor()).isZero();
      parent.destroyForcibly().waitFor();
      child.onExit().get(30, TimeUnit.SECONDS);
      assertThat(child.isAlive()).isFalse();
    } finally {
      parent.destroyForcibly();
    }
  }

  private static Process java(Class<?> main) throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                main.getName()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  static final class Child {
    public static void main(String[] args) throws Exception {
      ParentWatch.start();
      System.out.println("watching");
      Thread.sleep(60_000);
    }

    private Child() {}
  }

  static final class Parent {
    public static void main(String[] args) throws Exception {
      Process child = java(Child.class);
      child.inputReader().readLine();
      System.out.println(child.pid());
      Thread.sleep(60_000);
    }

    private Parent() {}
  }
}
