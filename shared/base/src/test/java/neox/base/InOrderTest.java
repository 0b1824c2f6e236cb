package neox.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class InOrderTest {
  private static final List<Integer> HUNDRED = IntStream.range(0, 100).boxed().toList();

  @Test
  void resultsComeInTheOrderOfTheItems() throws IOException, InterruptedException {
    List<Integer> results = new ArrayList<>();
    InOrder.forEach(
        HUNDRED,
        item -> {
          spin(item % 7);
          return 10 * item;
        },
        results::add);
    assertThat(results).isEqualTo(HUNDRED.stream().map(item -> 10 * item).toList());
  }

  @Test
  void asManyItemsAreAskedForAsThereAreThreads() throws IOException, InterruptedException {
    AtomicInteger asked = new AtomicInteger();
    List<Integer> ahead = new ArrayList<>();
    Thread caller = Thread.currentThread();
    Iterator<Integer> items =
        HUNDRED.stream()
            .peek(_ -> {
              assertThat(Thread.currentThread()).isSameAs(caller);
              asked.incrementAndGet();
            })
            .iterator();
    InOrder.forEach(
        () -> items, item -> item, item -> ahead.add(asked.get() - item)); // itself is one
    int threads = Math.min(4, Runtime.getRuntime().availableProcessors());
    assertThat(ahead).hasSize(100).allMatch(count -> count <= threads);
  }

  @Test
  void theFirstItemThatFailedIsToldAndNoLaterOneBegun() {
    CountDownLatch later = new CountDownLatch(1);
    AtomicInteger begun = new AtomicInteger();
    List<Integer> results = new ArrayList<>();
    assertThatThrownBy(() ->
            InOrder.forEach(
                HUNDRED,
                item -> {
                  begun.accumulateAndGet(item, Math::max);
                  if (item == 5) {
                    await(later);
                    throw new IOException("item 5");
                  }
                  if (item == 6) {
                    later.countDown();
                    throw new IllegalStateException("item 6");
                  }
                  return item;
                },
                results::add))
        .isInstanceOf(IOException.class)
        .hasMessage("item 5");
    assertThat(results).containsExactly(0, 1, 2, 3, 4);
    assertThat(begun.get()).isLessThan(10);
  }

  private static void await(CountDownLatch latch) throws IOException {
    if (Runtime.getRuntime().availableProcessors() == 1) {
      return; // the later item waits for this one
    }
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  private static void spin(int milliseconds) {
    long end = System.nanoTime() + 1_000_000L * milliseconds;
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }
}
