package neox.train.optimizer;

import java.util.List;
import neox.parallel.comm.Communicator;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Sums over the pipeline stages that hold the same parameter.
record StageSums(Communicator pipe) {
  /// The first of the stages adds up, in their order, and tells the others.
  void add(Tensor sum, List<Integer> stages) {
    int first = stages.getFirst();
    if (pipe.rank() != first) {
      pipe.send(sum, first);
      pipe.receive(sum, first);
      return;
    }
    List<Integer> others = stages.subList(1, stages.size());
    for (int other : others) {
      try (var _ = Scope.open()) {
        Tensor theirs = torch.empty_like(sum);
        pipe.receive(theirs, other);
        sum.add_(theirs);
      }
    }
    others.forEach(other -> pipe.send(sum, other));
  }
}
