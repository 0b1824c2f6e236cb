package neox.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import neox.parallel.Topology.Axis;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Reduction;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Checks on a rank that its groups have the members that the topology says.
public final class GroupMembers {
  public static void check(Ranks ranks) {
    Topology grid = ranks.topology();
    int rank = ranks.rank();
    check(ranks.world(), rank, IntStream.range(0, grid.worldSize()).boxed().toList());
    check(ranks.pipe(), rank, grid.group(Axis.PIPE, rank));
    check(ranks.data(), rank, grid.group(Axis.DATA, rank));
    check(ranks.tensor(), rank, grid.group(Axis.TENSOR, rank));
  }

  /// Gathers the members' world ranks over the group itself.
  private static void check(Communicator group, int rank, List<Integer> expected) {
    try (var _ = Scope.open()) {
      Tensor whole = torch.zeros(group.size());
      group.allGather(whole, torch.full(new long[] {1}, new Scalar((double) rank)));
      List<Integer> members = new ArrayList<>();
      for (float member : TensorData.floats(whole)) {
        members.add((int) member);
      }
      assertThat(members).isEqualTo(expected);
      assertThat(members.get(group.rank())).isEqualTo(rank);
      Tensor one = torch.ones(1);
      group.allReduce(one, Reduction.SUM);
      assertThat(one.item_float()).isEqualTo(expected.size());
    }
  }

  private GroupMembers() {}
}
