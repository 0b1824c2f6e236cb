package neox.preprocess.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import neox.preprocess.encode.OrderedPipeline.Bounds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
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
          Bounds.ofWorkers(workers),
          results::add,
          () -> false);
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
        Bounds.ofWorkers(3),
        result -> {},
        () -> false);
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
        Bounds.ofWorkers(2),
        result -> assertThat(read.get() - result).isLessThan(20),
        () -> false);
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
                Bounds.ofWorkers(3),
                results::add,
                () -> false))
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
    assertThatThrownBy(() ->
            OrderedPipeline.run(
                broken, () -> task -> task, Bounds.ofWorkers(2), result -> {}, () -> false))
        .isInstanceOf(IOException.class)
        .hasMessage("no more");
    assertThatThrownBy(() ->
            OrderedPipeline.<Integer, Integer>run(
                numbers(100_000),
                () -> task -> task,
                Bounds.ofWorkers(2),
                result -> {
                  throw new IOException("disk full");
                },
                () -> false))
        .hasMessage("disk full");
    assertThat(Thread.getAllStackTraces().keySet().stream().map(Thread::getName))
        .noneMatch(name -> name.startsWith("neox-"));
  }

  @Test
  void keepsTheBytesUnderWayWithinTheirBoundAndLetsALargerTaskGoAlone() throws Exception {
    AtomicInteger underWay = new AtomicInteger();
    List<Integer> most = new ArrayList<>();
    OrderedPipeline.Source<Integer> source = numbers(300);
    OrderedPipeline.<Integer, Integer>run(
        () -> source.next(),
        () ->
            task -> {
              underWay.addAndGet(bytes(task));
              return task;
            },
        new Bounds<>(3, 100, task -> bytes(task)),
        result -> {
          most.add(underWay.get());
          underWay.addAndGet(-bytes(result));
        },
        () -> false);
    assertThat(most).hasSize(300).allMatch(bytes -> bytes <= 100 || bytes == 5000);
    assertThat(most).contains(5000);
  }

  private static int bytes(int task) {
    return task % 50 == 7 ? 5000 : 30;
  }

  @Test
  void stopsWhenToldAlthoughTheSourceWaits() throws Exception {
    List<Integer> results = new ArrayList<>();
    OrderedPipeline.Source<Integer> source = numbers(10);
    boolean emptied =
        OrderedPipeline.<Integer, Integer>run(
            () -> {
              Optional<Integer> next = source.next();
              if (next.isEmpty()) {
                try {
                  Thread.sleep(Long.MAX_VALUE);
                } catch (InterruptedException e) {
                  throw new IOException(e);
                }
              }
              return next;
            },
            () -> task -> task,
            Bounds.ofWorkers(2),
            results::add,
            () -> results.size() == 10);
    assertThat(emptied).isFalse();
  }

  private static OrderedPipeline.Source<Integer> numbers(int count) {
    AtomicInteger next = new AtomicInteger();
    return () ->
        next.get() < count ? Optional.of(next.getAndIncrement()) : Optional.<Integer>empty();
  }
}
