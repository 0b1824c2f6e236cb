package neox.parallel.comm;

import org.bytedeco.pytorch.Tensor;

/// A group whose ranks talk about main memory in one way and about GPUs in another. Both ends have
/// the same rank and size; an operation goes where its tensors lie. What has no tensor, and what
/// must end before the program goes on, goes over the host.
///
/// @param host for tensors in main memory
/// @param gpu for those on a GPU
record ByDevice(Communicator host, Communicator gpu) implements Communicator {
  ByDevice {
    if (host.rank() != gpu.rank() || host.size() != gpu.size()) {
      throw new IllegalArgumentException(host + " and " + gpu + " are not the same place");
    }
  }

  private Communicator of(Tensor tensor) {
    return tensor.is_cuda() ? gpu : host;
  }

  @Override
  public int rank() {
    return host.rank();
  }

  @Override
  public int size() {
    return host.size();
  }

  @Override
  public void allReduce(Tensor x, Reduction reduction) {
    of(x).allReduce(x, reduction);
  }

  @Override
  public void broadcast(Tensor x, int root) {
    of(x).broadcast(x, root);
  }

  @Override
  public Underway startAllGather(Tensor whole, Tensor part) {
    return of(whole).startAllGather(whole, part);
  }

  @Override
  public Underway startReduceScatter(Tensor part, Tensor whole) {
    return of(whole).startReduceScatter(part, whole);
  }

  @Override
  public void send(Tensor x, int to) {
    of(x).send(x, to);
  }

  @Override
  public void receive(Tensor into, int from) {
    of(into).receive(into, from);
  }

  @Override
  public void exchange(Tensor outgoing, Tensor incoming, int peer) {
    of(outgoing).exchange(outgoing, incoming, peer);
  }

  @Override
  public void barrier() {
    host.barrier();
  }

  @Override
  public void close() {
    try (host;
        gpu) {
      // Closes both, whatever one of them throws.
    }
  }

  @Override
  public String toString() {
    return host.toString();
  }
}
