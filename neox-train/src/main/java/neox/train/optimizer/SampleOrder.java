package neox.train.optimizer;

import java.util.List;
import neox.parallel.SumTree;
import neox.parallel.comm.Communicator;

/// The micro-batches of a step in the order of their samples: micro-batch i of replica r is number
/// `i · replicas + r`.
record SampleOrder(Communicator data) {
  /// @param count micro-batches of each replica
  SumTree tree(int count) {
    return SumTree.ofTurns(Math.multiplyExact(count, data.size()), data.size());
  }

  /// This rank's micro-batches as the tree adds them.
  List<Integer> order(int count) {
    return tree(count).termsOf(data.rank()).stream().map(term -> term / data.size()).toList();
  }
}
