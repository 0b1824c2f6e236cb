package neox.train.optimizer;

import java.util.List;
import neox.config.OptimizerRule;
import neox.parallel.comm.Communicator;
import neox.tensor.Scope;
import neox.tensor.kernel.Products;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// Muon (Keller Jordan 2024; arXiv:2502.16982): the average of a matrix's gradients, made
/// orthogonal. Every singular value of a step is about 1, so that no direction is neglected.
///
///     m = μm + (1-μ)g;  u = (1-μ)g + μm      without Nesterov u = m
///     p = p · (1 - lr·wd)
///     p = p - lr · scale(rows, columns) · orthogonal(u)
///
/// Matrices within blocks alone are changed so; embeddings, the output layer, norms and biases by
/// AdamW with the same rate. A matrix is taken as it is stored: queries, keys and values are one. Of
/// one that tensor-parallel ranks share, each makes the whole orthogonal: the order of rows and
/// columns does not matter to that.
///
/// @param tensor the ranks that share the matrices
record MuonUpdate(OptimizerRule.Muon muon, Communicator tensor) implements UpdateRule {
  /// Coefficients of X ↦ aX + b(XXᵀ)X + c(XXᵀ)²X, which drives singular values in (0, 1] close to 1
  /// in few steps: its slope at 0 is as steep as can be.
  private static final double A = 3.4445;

  private static final double B = -4.7750;
  private static final double C = 2.0315;

  /// Added to the norm that brings singular values into (0, 1].
  private static final double EPSILON = 1e-7;

  @Override
  public String name() {
    return "Muon";
  }

  @Override
  public List<Slot> slots(int dims) {
    return List.of(new Slot.Elements("momentum_buffer", 1));
  }

  @Override
  public UpdateRule of(ParameterSpec spec) {
    return switch (spec.role()) {
      case MATRIX -> this;
      case TABLE, OTHER -> new AdamUpdate(muon.rest(), false);
    };
  }

  @Override
  public void update(Operands on, double rate, double decay, long step) {
    for (int i = 0; i < on.size(); i++) {
      Pieces pieces = on.pieces();
      try (var _ = Scope.open()) {
        Tensor g = on.gradients().get(i);
        Tensor average = on.slots().get(0).get(i);
        average.mul_(new Scalar(muon.momentum())).add_(g, new Scalar(1 - muon.momentum()));
        Tensor direction = average;
        if (muon.nesterov()) {
          direction = g.mul(new Scalar(1 - muon.momentum()));
          direction.add_(average, new Scalar(muon.momentum()));
        }
        Tensor whole = pieces.whole(i, direction.view(pieces.shape(i).sizes()), tensor);
        Tensor orthogonal = pieces.own(i, orthogonal(whole), tensor).reshape(-1);
        Tensor p = on.weights().get(i).mul_(new Scalar(1 - rate * decay));
        p.add_(orthogonal, new Scalar(-rate * scale(whole)));
      }
    }
  }

  private double scale(Tensor matrix) {
    double rows = matrix.size(0);
    double columns = matrix.size(1);
    return switch (muon.scale()) {
      case MATCH_RMS_ADAMW -> 0.2 * Math.sqrt(Math.max(rows, columns));
      case ORIGINAL -> Math.sqrt(Math.max(1, rows / columns));
    };
  }

  /// U·Vᵀ of the singular value decomposition U·S·Vᵀ, nearly: singular values end between 0.7 and
  /// 1.2. `[rows, columns]`, float32.
  private Tensor orthogonal(Tensor matrix) {
    boolean tall = matrix.size(0) > matrix.size(1);
    Tensor x = tall ? matrix.t() : matrix;
    x = x.div(x.norm().add(new Scalar(EPSILON))); // [short, long]
    for (int i = 0; i < muon.steps(); i++) {
      Tensor squares = Products.of(x, x.t()); // [short, short]
      Tensor even = squares.mul(new Scalar(B)).add_(Products.of(squares, squares), new Scalar(C));
      x = Products.of(even, x).add_(x, new Scalar(A));
    }
    return tall ? x.t() : x;
  }
}
