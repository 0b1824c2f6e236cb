package neox.parallel.comm;

import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// One rank's end of a group of ranks.
///
/// Every operation is called by all ranks of the group in the same order (a send and its receive by
/// the two concerned) with tensors of the same shape and type, and returns when this rank may use
/// its tensors again. Operations act on the tensors' values and leave no trace in autograd; strides
/// may be any; nothing that is passed in is kept. On one thread at a time. Where a peer fails, is
/// silent for longer than the group's timeout, or is gone, they throw [CommunicationException]; the
/// group is of no use afterwards.
///
/// Floating-point sums depend on the order of their terms: the same group gives the same bits every
/// time, and all its ranks receive the same.
public interface Communicator extends AutoCloseable {
  /// This rank's number in the group.
  int rank();

  int size();

  /// `x` becomes, on every rank, the reduction of all ranks' `x`.
  void allReduce(Tensor x, Reduction reduction);

  /// `x` becomes the root's `x`.
  void broadcast(Tensor x, int root);

  /// A message of the root, on every rank.
  ///
  /// @param mine at least one byte where this rank is the root, anything elsewhere
  default byte[] broadcast(byte[] mine, int root) {
    if (isAlone()) {
      return mine;
    }
    try (var _ = Scope.open()) {
      Tensor length = Placement.cpu(ScalarType.Long).indices(mine.length);
      broadcast(length, root);
      int bytes = Math.toIntExact(TensorData.longs(length)[0]);
      Tensor message = TensorData.ofBytes(rank() == root ? mine : new byte[bytes]);
      broadcast(message, root);
      return TensorData.bytes(message);
    }
  }

  /// The parts of all ranks, in their order, side by side along dim 0. A part may be its rank's
  /// slice of `whole`.
  default void allGather(Tensor whole, Tensor part) {
    startAllGather(whole, part).await();
  }

  /// `part` becomes this rank's slice along dim 0 of the sum of all ranks' `whole`; it may be that
  /// slice of `whole`. Terms are added in the order of the ranks, whatever the length, so that the
  /// bits do not depend on how much is reduced at a time. `part` may be float32 where `whole` is
  /// narrower; the terms are added in float32 then.
  default void reduceScatter(Tensor part, Tensor whole) {
    startReduceScatter(part, whole).await();
  }

  /// Starts [#allGather]. Until it is awaited, nobody changes `part` or uses `whole`. Ranks start
  /// their operations in the same order, and await them in the same order, with whatever other
  /// operations in between.
  Underway startAllGather(Tensor whole, Tensor part);

  /// Starts [#reduceScatter], likewise: until it is awaited, nobody changes `whole` or uses `part`.
  Underway startReduceScatter(Tensor part, Tensor whole);

  /// Waits until the other rank has received.
  void send(Tensor x, int to);

  void receive(Tensor into, int from);

  /// Sends and receives at the same time, which two ranks that both send first could not. The two
  /// tensors may differ in shape and type.
  void exchange(Tensor outgoing, Tensor incoming, int peer);

  /// Waits for all.
  void barrier();

  /// Leaves the group. Ranks that still wait for this one fail.
  @Override
  void close();

  /// Whether there is nobody to talk to.
  default boolean isAlone() {
    return size() == 1;
  }

  default boolean isFirst() {
    return rank() == 0;
  }

  default boolean isLast() {
    return rank() == size() - 1;
  }

  /// A group of one rank: nothing to wait for, and reductions change nothing.
  static Communicator alone() {
    return new Alone();
  }
}
