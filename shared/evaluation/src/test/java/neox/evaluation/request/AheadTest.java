package neox.evaluation.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AheadTest {
  private static List<Integer> all(Iterator<Integer> numbers) {
    List<Integer> all = new ArrayList<>();
    numbers.forEachRemaining(all::add);
    return all;
  }

  @Test
  void hasTheSameElementsInTheSameOrder() {
    List<Integer> numbers = IntStream.range(0, 1000).boxed().toList();
    try (Ahead<Integer> ahead = new Ahead<>("numbers", numbers.iterator(), 3)) {
      assertThat(all(ahead)).isEqualTo(numbers);
      assertThat(ahead.hasNext()).isFalse();
      assertThatThrownBy(ahead::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  /// Makes elements up to `failing`, which it cannot make.
  private static Iterator<Integer> failingAt(int failing, CountDownLatch failed) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(i -> {
          if (i == failing) {
            failed.countDown();
            throw new IllegalArgumentException("element " + i);
          }
          return i;
        })
        .iterator();
  }

  @Test
  void whatGoesWrongIsToldBeforeItsTurn() throws InterruptedException {
    CountDownLatch failed = new CountDownLatch(1);
    try (Ahead<Integer> ahead = new Ahead<>("numbers", failingAt(5, failed), 100)) {
      failed.await();
      assertThatThrownBy(
              () -> {
                while (ahead.hasNext()) { // of which it takes none
                  Thread.onSpinWait();
                }
              })
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("element 5");
    }
  }

  @Test
  void whoWaitsIsToldToo() {
    try (Ahead<Integer> ahead = new Ahead<>("numbers", failingAt(0, new CountDownLatch(1)), 1)) {
      assertThatThrownBy(ahead::hasNext).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void afterClosingNothingMoreIsMade() throws InterruptedException {
    List<Integer> made = new CopyOnWriteArrayList<>();
    Iterator<Integer> endless = IntStream.iterate(0, i -> i + 1).boxed().peek(made::add).iterator();
    Ahead<Integer> ahead = new Ahead<>("numbers that end", endless, 2);
    assertThat(ahead.next()).isZero();
    Thread maker =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().equals("numbers that end"))
            .findFirst()
            .orElseThrow();
    ahead.close();
    maker.join();
    assertThat(made).hasSizeLessThanOrEqualTo(4); // one taken, two waiting, one in hand
  }
}
