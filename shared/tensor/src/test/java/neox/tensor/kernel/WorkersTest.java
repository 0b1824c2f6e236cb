package neox.tensor.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import neox.tensor.NativeRuntime;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WorkersTest {
  @BeforeEach
  void start() {
    NativeRuntime.start(3);
  }

  @AfterEach
  void oneThreadAsBefore() {
    NativeRuntime.start(1);
  }

  @Test
  void doesEveryPartOnce() {
    for (int round = 0; round < 500; round++) {
      AtomicIntegerArray done = new AtomicIntegerArray(round % 40);
      Workers.run(done.length(), done::incrementAndGet);
      for (int part = 0; part < done.length(); part++) {
        assertThat(done.get(part)).isOne();
      }
    }
  }

  @Test
  void wakesUpForWorkThatComesLate() throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    for (int round = 0; round < 12; round++) { // after some they sleep at once
      Thread.sleep(5); // longer than they look for work
      Workers.run(10, _ -> done.incrementAndGet());
    }
    assertThat(done).hasValue(120);
  }

  @Test
  void waitsForOthersThatTakeLong() {
    long caller = Thread.currentThread().threadId();
    AtomicInteger done = new AtomicInteger();
    for (int round = 0; round < 5; round++) {
      Workers.run(
          3,
          _ -> {
            if (Thread.currentThread().threadId() != caller) {
              LockSupport.parkNanos(10_000_000); // longer than the caller looks
            }
            done.incrementAndGet();
          });
      assertThat(done).hasValue(3 * (round + 1));
    }
  }

  @Test
  void worksForSeveralCallersAndWithinWork() throws InterruptedException {
    AtomicInteger done = new AtomicInteger();
    Runnable caller = () -> Workers.run(20, _ -> Workers.run(3, _ -> done.incrementAndGet()));
    Thread other = Thread.ofPlatform().name("other-caller").start(caller);
    caller.run();
    other.join();
    assertThat(done).hasValue(2 * 20 * 3);
  }

  @Test
  void tellsTheCallerWhatFailsAndGoesOn() {
    assertThatThrownBy(() ->
            Workers.run(
                20,
                part -> {
                  if (part == 7) {
                    throw new IllegalStateException("part 7");
                  }
                }))
        .hasMessage("part 7");
    AtomicInteger done = new AtomicInteger();
    Workers.run(20, _ -> done.incrementAndGet());
    assertThat(done).hasValue(20);
  }
}
