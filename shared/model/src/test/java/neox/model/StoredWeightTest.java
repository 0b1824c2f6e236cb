package neox.model;

import static org.assertj.core.api.Assertions.assertThat;

import neox.tensor.MappedTensors;
import neox.tensor.NativeRuntime;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredWeightTest {
  private static final OwnRows FEW = new OwnRows(16);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  /// Few rows and many; with a matrix of one part and of several.
  @ParameterizedTest
  @CsvSource({
    "Float, Float, 24",
    "BFloat16, Float, 24",
    "Half, Float, 24",
    "Double, Float, 24",
    "Half, Float, 3000",
    "Float, BFloat16, 24",
    "BFloat16, BFloat16, 24"
  })
  void multipliesAsIfItWereConverted(ScalarType stored, ScalarType computed, int out) {
    torch.manual_seed(1);
    try (Owner owner = new Owner();
        var _ = Scope.open()) {
      Tensor w = torch.randn(out, 400).to(stored);
      Tensor bias = torch.randn(out).to(computed);
      TensorView view =
          new TensorView(StoredTypes.of(w), Shape.of(out, 400), MappedTensors.bytes(w));
      StoredWeight weight = new StoredWeight(Placement.cpu(computed), owner, FEW);
      weight.fill(view);
      DenseWeight converted = DenseWeight.inference(w.to(computed), FEW);
      for (int rows : new int[] {1, 16, 17}) {
        Tensor x = torch.randn(1, rows, 400).to(computed);
        Tensor y = weight.forward(x, new TensorOptional(bias));
        Tensor expected = converted.forward(x, new TensorOptional(bias));
        // of many rows, the bias is added afterwards, and a part in another order than the whole
        double tolerance = rows > 16 && stored != computed ? 1e-6 : 0;
        Tensor apart = y.sub(expected).abs().max().div(expected.abs().max());
        assertThat(apart.item_double()).isLessThanOrEqualTo(tolerance);
        assertThat(TensorData.floats(y)).hasSize(rows * out);
      }
    }
  }
}
