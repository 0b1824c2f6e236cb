package neox.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class OrderedPipelineTest {
  @Test
  void keepsTheOrderWhateverTheWorkersDo() throws Exception {
    for (int workers = 1; workers <= 4; workers++) {
      List<Integer> results = new ArrayList<>();
      OrderedPipeline.<Integer, Integer>run(
          numbers(500),
          () ->
              task -> {
                Thread.onSpinWait();
                return task * 2;
              },
          workers,
          results::add);
      assertThat(results).isEqualTo(IntStream.range(0, 500).map(i -> 2 * i).boxed().toList());
    }
  }

  @Test
  void givesEachThreadItsOwnWorker() throws Exception {
    AtomicInteger made = new AtomicInteger();
    OrderedPipeline.<Integer, Integer>run(
        numbers(0),
        () -> {
          made.incrementAndGet();
          return task -> task;
        },
        3,
        result -> {});
    assertThat(made).hasValue(3);
  }

  @Test
  void neverRunsFarAheadOfTheReceiver() throws Exception {
    AtomicInteger read = new AtomicInteger();
    OrderedPipeline.Source<Integer> source = numbers(1000);
    OrderedPipeline.<Integer, Integer>run(
        () -> {
          read.incrementAndGet();
          return source.next();
        },
        () -> task -> task,
        2,
        result -> assertThat(read.get() - result).isLessThan(20));
  }

  @Test
  void deliversWhatCameBeforeAFailureAndThenFails() {
    List<Integer> results = new ArrayList<>();
    assertThatThrownBy(() ->
            OrderedPipeline.<Integer, Integer>run(
                numbers(500),
                () ->
                    task -> {
                      if (task % 100 == 99) {
                        throw new IllegalStateException("task " + task);
                      }
                      return task;
                    },
                3,
                results::add))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("task 99");
    assertThat(results).hasSize(99);
  }

  @Test
  void passesOnFailuresOfTheSourceAndOfTheReceiver() {
    OrderedPipeline.Source<Integer> broken =
        () -> {
          throw new IOException("no more");
        };
    assertThatThrownBy(() -> OrderedPipeline.run(broken, () -> task -> task, 2, result -> {}))
        .isInstanceOf(IOException.class)
        .hasMessage("no more");
    assertThatThrownBy(() ->
            OrderedPipeline.<Integer, Integer>run(
                numbers(100_000),
                () -> task -> task,
                2,
                result -> {
                  throw new IOException("disk full");
                }))
        .hasMessage("disk full");
    assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
        .noneMatch(name -> name.startsWith("neox-"));
  }

  private static OrderedPipeline.Source<Integer> numbers(int count) {
    AtomicInteger next = new AtomicInteger();
    return () ->
        next.get() < count ? Optional.of(next.getAndIncrement()) : Optional.<Integer>empty();
  }
}
