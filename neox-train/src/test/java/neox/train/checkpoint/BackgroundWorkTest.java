package neox.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import neox.base.process.Niceness;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class BackgroundWorkTest {
  private static final int NICE = 19 - 3; // of what follows the name in /proc/PID/stat

  private final BackgroundWork work = new BackgroundWork("writer", Niceness.GREATEST);
  private final List<String> events = new CopyOnWriteArrayList<>();

  private static String nice() {
    try {
      String stat = Files.readString(Path.of("/proc/thread-self/stat"));
      return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[NICE];
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void theCallerWaitsForTheBeginningAloneOrForAll() throws IOException {
    CountDownLatch going = new CountDownLatch(1);
    Queue<String> beginning = new ConcurrentLinkedQueue<>(List.of("beginning"));
    work.start(
        () -> Optional.ofNullable(beginning.poll()).ifPresent(events::add),
        () -> {
          going.await();
          events.add("rest");
          return null;
        });
    work.awaitBeginning();
    assertThat(events).containsExactly("beginning");
    assertThat(work.isDone()).isFalse();
    going.countDown();
    work.await();
    assertThat(events).containsExactly("beginning", "rest");
    assertThat(work.isUnderWay()).isFalse();
  }

  @Test
  void whatEndedTheWorkIsToldToWhoeverAwaitsItOnce() throws IOException {
    work.start(
        () -> {},
        () -> {
          throw new IOException("no room");
        });
    assertThatThrownBy(work::await).isInstanceOf(IOException.class).hasMessage("no room");
    work.await();
    assertThat(work.isUnderWay()).isFalse();
  }

  @Test
  void whoeverWaitsForTheBeginningHelpsWithIt() throws IOException {
    Queue<String> left = new ConcurrentLinkedQueue<>(List.of("a", "b", "c"));
    CountDownLatch helped = new CountDownLatch(1);
    Runnable beginning =
        () -> {
          for (String next = left.poll(); next != null; next = left.poll()) {
            events.add(next);
            if (Thread.currentThread().getName().equals("writer")) {
              awaitUninterrupted(helped); // the others can only be the caller's
            }
          }
          helped.countDown();
        };
    work.start(
        beginning,
        () -> {
          events.add("rest");
          return null;
        });
    work.awaitBeginning();
    work.await();
    assertThat(events).hasSize(4).endsWith("rest").contains("a", "b", "c");
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theThreadLeavesTheProcessorToOthersUntilItWasWaitedFor() throws IOException {
    CountDownLatch going = new CountDownLatch(1);
    Callable<Void> rest =
        () -> {
          going.await();
          events.add(nice());
          return null;
        };
    work.start(() -> {}, rest);
    Thread caller = Thread.currentThread();
    Thread.ofPlatform()
        .start(() -> {
          while (caller.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
          going.countDown();
        });
    work.await();
    work.start(() -> {}, rest);
    work.await();
    assertThat(events).containsExactly("19", nice());
  }
}
