package neox.train;

import neox.config.ZeroConfig;
import neox.inference.ranks.RankedModel.Deal;
import neox.model.Network;
import neox.parallel.Ranks;
import neox.train.optimizer.Buckets;
import neox.train.optimizer.Cut;
import neox.train.optimizer.GradientBuckets;
import neox.train.optimizer.Holdings;
import neox.train.optimizer.SharedWeights;
import neox.train.optimizer.Watches;

/// A rank's layers of the network, and what it shares of them with the other replicas.
///
/// @param plan the parameters in buckets, as they are shared
/// @param weights those of which this rank keeps a part, with ZeRO's stage 3
record RankNetwork(Network network, Buckets plan, SharedWeights weights) implements AutoCloseable {
  /// Whether each replica keeps a part of the weights alone.
  static boolean sharesWeights(ZeroConfig zero, Ranks ranks) {
    return zero.sharesWeights() && !ranks.data().isAlone();
  }

  /// All ranks call this together.
  ///
  /// @param network without weights yet; closed with this
  static RankNetwork build(Network network, Ranks ranks, ZeroConfig zero, Cut cut) {
    boolean complete = false;
    try {
      Holdings holdings = Holdings.of(network.parameters(), network.spec().parameters(), ranks);
      Buckets plan = Buckets.of(holdings, network.uses(), zero, cut);
      SharedWeights weights = SharedWeights.of(plan);
      if (weights.any()) {
        network.watch(weights);
      }
      complete = true;
      return new RankNetwork(network, plan, weights);
    } finally {
      if (!complete) {
        network.close();
      }
    }
  }

  /// Has gradients taken from backward passes as they are shared. Nobody watches where there is
  /// nothing to do before the end of a pass.
  Watches watches(GradientBuckets gradients) {
    Watches watches = new Watches(weights, gradients);
    if (plan.zero().sharesGradients() || plan.zero().overlapComm()) {
      network.watch(watches);
    }
    return watches;
  }

  /// What replicas do with requests to the network while it is trained: they pass together where
  /// they share their weights.
  Deal deal() {
    return weights.any() ? Deal.TO_EACH : Deal.TO_ALL;
  }

  @Override
  public void close() {
    network.close();
    weights.close();
  }
}
