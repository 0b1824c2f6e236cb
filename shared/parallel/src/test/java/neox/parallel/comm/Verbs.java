package neox.parallel.comm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import neox.tensor.ElementType;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// What every [Communicator] does, as checks that each rank of a group carries out.
final class Verbs {
  private static final List<ScalarType> TYPES =
      List.of(
          ScalarType.Float,
          ScalarType.BFloat16,
          ScalarType.Half,
          ScalarType.Double,
          ScalarType.Long,
          ScalarType.Int);

  private final Communicator group;
  private final int size;
  private final int rank;

  private Verbs(Communicator group) {
    this.group = group;
    this.size = group.size();
    this.rank = group.rank();
  }

  /// Every verb, on every type, several times in a row.
  static void check(Communicator group) {
    Verbs verbs = new Verbs(group);
    for (int round = 0; round < 3; round++) {
      try (var _ = Scope.open()) {
        TYPES.forEach(verbs::reduce);
        TYPES.forEach(verbs::gatherAndScatter);
        TYPES.forEach(verbs::broadcast);
        verbs.broadcastBytes();
        verbs.addsNarrowTermsInFloat32();
        verbs.sendAround();
        verbs.exchange();
        verbs.strided();
        verbs.leavesAutogradAlone();
        verbs.group.barrier();
      }
    }
  }

  /// Sums and gathers whose bits tell the order of the additions.
  static float[] bits(Communicator group) {
    try (var _ = Scope.open()) {
      Tensor x = random(group.rank());
      group.allReduce(x, Reduction.SUM);
      Tensor half = random(group.rank() + 10).to(ScalarType.BFloat16);
      group.allReduce(half, Reduction.SUM);
      Tensor part = torch.empty(1000 / group.size());
      group.reduceScatter(part, random(group.rank() + 20));
      Tensor whole = torch.empty(1000);
      group.allGather(whole, part);
      return TensorData.floats(torch.cat(new TensorVector(x, half.to(ScalarType.Float), whole), 0));
    }
  }

  private static Tensor random(int seed) {
    return torch.randn(new long[] {1000}, new GeneratorOptional(torch.make_generator_cpu(seed)));
  }

  private void broadcastBytes() {
    for (int root = 0; root < size; root++) {
      byte[] mine = rank == root ? "from %d".formatted(root).getBytes(UTF_8) : new byte[0];
      assertThat(new String(group.broadcast(mine, root), UTF_8)).isEqualTo("from " + root);
    }
  }

  private int sum(IntUnaryOperator term) {
    return IntStream.range(0, size).map(term).sum();
  }

  /// A tensor of this type that holds small whole numbers.
  private static Tensor of(ScalarType type, float... values) {
    return TensorData.ofFloats(values, values.length).to(type);
  }

  private static void holds(Tensor tensor, float... values) {
    assertThat(TensorData.floats(tensor)).containsExactly(values);
  }

  private void reduce(ScalarType type) {
    Tensor x = of(type, rank + 1, -2 * rank, 5);
    group.allReduce(x, Reduction.SUM);
    holds(x, sum(r -> r + 1), sum(r -> -2 * r), 5 * size);
    assertThat(ElementType.of(x)).isSameAs(type);
    Tensor y = of(type, rank, -rank, 7);
    group.allReduce(y, Reduction.MAX);
    holds(y, size - 1, 0, 7);
  }

  private void gatherAndScatter(ScalarType type) {
    Tensor whole = torch.zeros(new long[] {size, 2}, new TensorOptions(type));
    group.allGather(whole, of(type, rank, 10 + rank).view(1, 2));
    for (int r = 0; r < size; r++) {
      holds(whole.select(0, r), r, 10 + r);
    }
    Tensor slice = whole.narrow(0, rank, 1);
    slice.fill_(new Scalar(rank + 3));
    group.allGather(whole, slice);
    for (int r = 0; r < size; r++) {
      holds(whole.select(0, r), r + 3, r + 3);
    }
    Tensor part = torch.zeros(new long[] {1, 2}, new TensorOptions(type));
    group.reduceScatter(part, whole.add(new Scalar(rank)));
    holds(part, sum(r -> rank + 3 + r), sum(r -> rank + 3 + r));
    besideOthers(type);
  }

  /// Operations that are under way while others begin and end.
  private void besideOthers(ScalarType type) {
    Tensor terms = torch.full(new long[] {2L * size}, new Scalar((double) rank)).to(type);
    Tensor part = torch.zeros(new long[] {2}, new TensorOptions(type));
    Underway sum = group.startReduceScatter(part, terms);
    Tensor whole = torch.zeros(new long[] {size}, new TensorOptions(type));
    Underway gathered = group.startAllGather(whole, of(type, rank));
    Tensor x = of(type, 1);
    group.allReduce(x, Reduction.SUM);
    holds(x, size);
    sum.await();
    gathered.await();
    holds(part, sum(r -> r), sum(r -> r));
    for (int r = 0; r < size; r++) {
      holds(whole.narrow(0, r, 1), r);
    }
  }

  /// float32 holds the sum of 256 and 1, bfloat16 does not.
  private void addsNarrowTermsInFloat32() {
    Tensor terms = torch.full(new long[] {size}, new Scalar(rank == 0 ? 256.0 : 1.0));
    Tensor part = torch.zeros(1);
    group.reduceScatter(part, terms.to(ScalarType.BFloat16));
    holds(part, 256 + (size - 1));
  }

  private void broadcast(ScalarType type) {
    for (int root = 0; root < size; root++) {
      Tensor x = of(type, rank, root);
      group.broadcast(x, root);
      holds(x, root, root);
    }
  }

  /// Each rank in turn passes to the next; the last back to the first.
  private void sendAround() {
    for (int from = 0; from < size && size > 1; from++) {
      int to = (from + 1) % size;
      if (rank == from) {
        group.send(of(ScalarType.Float, from, 100), to);
      }
      if (rank == to) {
        Tensor x = torch.zeros(2);
        group.receive(x, from);
        holds(x, from, 100);
      }
    }
  }

  private void exchange() {
    int peer = rank ^ 1;
    if (peer >= size) {
      return;
    }
    for (int i = 0; i < 3; i++) {
      // Of different shapes and types in the two directions.
      boolean even = rank < peer;
      Tensor outgoing = even ? torch.ones(3) : of(ScalarType.BFloat16, i, rank);
      Tensor incoming = even ? of(ScalarType.BFloat16, -1, -1) : torch.zeros(3);
      group.exchange(outgoing, incoming, peer);
      holds(incoming, even ? new float[] {i, peer} : new float[] {1, 1, 1});
    }
  }

  private void strided() {
    Tensor base = torch.zeros(3, 2);
    Tensor x = base.t(); // [2, 3], columns first
    x.fill_(new Scalar(rank));
    group.allReduce(x, Reduction.SUM);
    assertThat(TensorData.floats(base)).containsOnly(sum(r -> r));
    group.broadcast(x.select(1, 0), size - 1);
    Tensor whole = torch.zeros(2, 2L * size).t();
    group.allGather(whole, torch.full(new long[] {2, 2}, new Scalar((double) rank)).t());
    assertThat(TensorData.floats(whole.select(1, 0))[2 * size - 1]).isEqualTo(size - 1);
    Tensor part = torch.zeros(2, 2).t();
    group.reduceScatter(part, whole);
    assertThat(TensorData.floats(part)).containsOnly(rank * size);
    if (size > 1 && rank < 2) {
      Tensor incoming = torch.zeros(3, 2).t();
      group.exchange(base.t(), incoming, 1 - rank);
      holds(incoming.sub(base.t()), 0, 0, 0, 0, 0, 0);
    }
  }

  private void leavesAutogradAlone() {
    Tensor leaf = torch.ones(2).set_requires_grad(true);
    group.allReduce(leaf, Reduction.SUM);
    assertThat(leaf.is_leaf()).isTrue();
    assertThat(leaf.requires_grad()).isTrue();
    holds(leaf, size, size);
  }
}
