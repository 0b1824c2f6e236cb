package neox.parallel.comm;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Work;

/// A member of a [Gloo] group: tensors in main memory, over TCP.
final class GlooCommunicator extends BackendCommunicator {
  /// @param group kept, and released by [#close]
  GlooCommunicator(ProcessGroupGloo group, String description, int rank, int size) {
    super(group, description, rank, size);
  }

  @Override
  void exchange(Backend group, Supplier<Work> send, Supplier<Work> receive) {
    Work sending = send.get();
    receive.get()._wait();
    sending._wait();
  }
}
