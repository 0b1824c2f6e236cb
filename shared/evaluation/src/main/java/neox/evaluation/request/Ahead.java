package neox.evaluation.request;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// An iterator whose elements a thread of its own makes ahead of who asks for them. What goes wrong
/// in making one is thrown at once, not when its turn has come. For one thread at a time.
final class Ahead<T> implements Iterator<T>, AutoCloseable {
  private final BlockingQueue<Optional<T>> queue; // empty: the end
  private final Thread maker;
  private volatile @Nullable RuntimeException problem;

  @SuppressWarnings("NullableOptional") // null: not asked for yet
  private @Nullable Optional<T> next;

  /// @param elements asked for on a thread of that name alone
  /// @param most made and not yet taken
  Ahead(String name, Iterator<T> elements, int most) {
    this.queue = new ArrayBlockingQueue<>(most);
    this.maker = Thread.ofPlatform().name(name).daemon().start(() -> make(elements));
  }

  private void make(Iterator<T> elements) {
    try {
      while (elements.hasNext()) {
        queue.put(Optional.of(elements.next()));
      }
      queue.put(Optional.empty());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // nobody asks any more
    } catch (RuntimeException e) {
      fail(e);
    } catch (Error e) {
      fail(new IllegalStateException(e));
    }
  }

  private void fail(RuntimeException cause) {
    problem = cause;
    queue.clear(); // so that there is room to wake who waits
    queue.offer(Optional.empty());
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      next = take();
    }
    RuntimeException failed = problem;
    if (failed != null) {
      throw failed;
    }
    return next.isPresent();
  }

  @Override
  public T next() {
    if (!hasNext() || next == null) {
      throw new NoSuchElementException();
    }
    T value = next.orElseThrow();
    next = null;
    return value;
  }

  private Optional<T> take() {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the next element", e);
    }
  }

  /// No more elements are made.
  @Override
  public void close() {
    maker.interrupt();
  }
}
