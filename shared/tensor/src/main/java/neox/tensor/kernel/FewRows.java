package neox.tensor.kernel;

import java.util.function.Supplier;

/// Passes of few rows through a network. What libtorch computes between the products of
/// [RowProduct] is then less than what it takes to wake up its threads, and these are in the way of
/// the products' own.
public final class FewRows {
  /// Numbers that an operation may read before several threads are worth their waking up.
  private static final long LITTLE = 1 << 19;

  /// How many threads the products of the calling thread have, where that is not what libtorch has.
  private static final ThreadLocal<Integer> OF_PRODUCTS = new ThreadLocal<>();

  /// Runs a pass; libtorch's operations in it have one thread, if they read little.
  ///
  /// @param rows of activations
  /// @param numbers that the largest operation between two products reads
  public static <T> T pass(long rows, long numbers, Supplier<T> body) {
    return rows > RowProduct.FEW || numbers > LITTLE ? body.get() : pass(body);
  }

  /// The same of any number of rows.
  public static <T> T pass(Supplier<T> body) {
    if (!RowProduct.isFast()) {
      return body.get();
    }
    int threads = OpenMp.threads();
    if (threads == 1 || !OpenMp.setThreads(1)) {
      return body.get();
    }
    OF_PRODUCTS.set(threads);
    try {
      return body.get();
    } finally {
      OF_PRODUCTS.remove();
      OpenMp.setThreads(threads);
    }
  }

  /// Threads of a product.
  static int threads() {
    Integer own = OF_PRODUCTS.get();
    return own == null ? OpenMp.threads() : own;
  }

  private FewRows() {}
}
