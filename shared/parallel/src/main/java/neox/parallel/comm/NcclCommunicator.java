package neox.parallel.comm;

import java.util.function.Supplier;
import org.bytedeco.pytorch.Backend;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/// A member of an NCCL group: tensors on GPUs.
///
/// Operations queue on a stream of NCCL's. To wait for one is to have the stream that computes
/// wait, not this thread: tensors may be used at once, by what follows on that stream, and a step
/// is queued ahead as on one GPU. A peer that is gone is seen by NCCL's watchdog, which ends this
/// process after the timeout: nobody could call back what is queued. Whoever watches the processes
/// of a job says so and starts them again.
final class NcclCommunicator extends BackendCommunicator {
  /// @param group kept, and released by [#close]
  NcclCommunicator(ProcessGroupNCCL group, String description, int rank, int size) {
    super(group, description, rank, size);
  }

  /// As one launch: each half alone would wait on the stream for the other rank to begin with the
  /// other half.
  @Override
  void exchange(Backend group, Supplier<Work> send, Supplier<Work> receive) {
    group.startCoalescing();
    Work _ = send.get();
    Work _ = receive.get();
    group.endCoalescing()._wait();
  }
}
