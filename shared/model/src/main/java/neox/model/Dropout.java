package neox.model;

import neox.parallel.TensorParallel;
import neox.tensor.Placement;
import neox.tensor.RandomState;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Sets a share of the entries to zero while training (arXiv:1207.0580).
///
/// @param site which of the network's dropouts it is
record Dropout(double probability, Site site) {
  /// Where a dropout stands, which tells its random numbers from those of the others.
  ///
  /// @param name in the network; no two dropouts have the same
  /// @param stream 0 for what all tensor-parallel ranks draw alike, else 1 + the rank
  record Site(String name, int stream) {
    /// All tensor-parallel ranks drop the same entries: of what all have, or add up afterwards.
    static Site alike(String name) {
      return new Site(name, 0);
    }

    /// Each tensor-parallel rank drops entries of its own: of what it alone has.
    static Site ofRank(String name, TensorParallel tp) {
      return new Site(name, 1 + tp.rank());
    }

    /// Between the regions of tensor parallelism.
    static Site between(String name, TensorParallel tp) {
      return tp.slices() > 1 ? ofRank(name, tp) : alike(name);
    }

    private long seed(long pass) {
      return Seeds.mix(Seeds.mix(pass + Seeds.of(name)) + stream);
    }
  }

  Tensor forward(Tensor x, Pass pass) {
    if (!pass.training() || probability == 0) {
      return x;
    }
    return switch (pass.noise()) {
      case Noise.OfProcess _ -> torch.dropout(x, probability, true);
      case Noise.Seeded(long seed) -> masked(x, site.seed(seed));
    };
  }

  private Tensor masked(Tensor x, long seed) {
    Tensor mask =
        torch
            .empty_like(x)
            .bernoulli_(1 - probability, RandomState.generator(Placement.of(x).device(), seed));
    return x.mul(mask.div_(new Scalar(1 - probability)));
  }
}
