package neox.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Sets a share of the entries to zero while training (arXiv:1207.0580); draws from libtorch's
/// default generator.
record Dropout(double probability) {
  Tensor forward(Tensor x, Pass pass) {
    return pass.training() && probability > 0 ? torch.dropout(x, probability, true) : x;
  }
}
