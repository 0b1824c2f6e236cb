package neox.parallel.comm;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.Work;

/// How a backend of c10d sends and receives at the same time.
@FunctionalInterface
interface Pairing {
  /// Starts both halves, and waits for both.
  void exchange(Backend group, Supplier<Work> send, Supplier<Work> receive);

  /// Gloo's: threads of its own carry out both.
  static void beside(Backend group, Supplier<Work> send, Supplier<Work> receive) {
    Work sending = send.get();
    receive.get()._wait();
    sending._wait();
  }

  /// NCCL's, as one launch: each half alone would wait on the stream for the other rank to begin
  /// with the other half.
  static void together(Backend group, Supplier<Work> send, Supplier<Work> receive) {
    group.startCoalescing();
    Work _ = send.get();
    Work _ = receive.get();
    group.endCoalescing()._wait();
  }
}
