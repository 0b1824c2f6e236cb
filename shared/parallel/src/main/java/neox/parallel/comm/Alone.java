package neox.parallel.comm;

import org.bytedeco.pytorch.Tensor;

/// See [Communicator#alone].
record Alone() implements Communicator {
  @Override
  public int rank() {
    return 0;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public void allReduce(Tensor x, Reduction reduction) {}

  @Override
  public void broadcast(Tensor x, int root) {
    Arguments.member(root, this);
  }

  @Override
  public Underway startAllGather(Tensor whole, Tensor part) {
    Arguments.parts(whole, part, this);
    Arguments.copy(whole, part);
    return () -> {};
  }

  @Override
  public Underway startReduceScatter(Tensor part, Tensor whole) {
    Arguments.sums(whole, part, this);
    Arguments.copy(part, whole);
    return () -> {};
  }

  @Override
  public void send(Tensor x, int to) {
    Arguments.peer(to, this);
  }

  @Override
  public void receive(Tensor into, int from) {
    Arguments.peer(from, this);
  }

  @Override
  public void exchange(Tensor outgoing, Tensor incoming, int peer) {
    Arguments.peer(peer, this);
  }

  @Override
  public void barrier() {}

  @Override
  public void close() {}

  @Override
  public String toString() {
    return "rank 0 of a group of one";
  }
}
