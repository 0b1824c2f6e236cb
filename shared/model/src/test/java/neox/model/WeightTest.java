package neox.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import neox.tensor.MappedTensors;
import neox.tensor.NativeRuntime;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import neox.weights.Shape;
import neox.weights.TensorView;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The forms of matrices beside a plain telling of their arithmetic.
class WeightTest {
  private static final Placement FLOAT = Placement.cpu(ScalarType.Float);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  private static TensorView view(Tensor weights) {
    MemorySegment bytes = MappedTensors.bytes(weights);
    return new TensorView(StoredTypes.of(weights), Shape.of(StoredTypes.sizes(weights)), bytes);
  }

  private static float half(float value) {
    return Float.float16ToFloat(Float.floatToFloat16(value));
  }

  /// labml's and bitsandbytes' arithmetic, number by number.
  private static float[] llmInt8(float[] x, float[] w, float[] bias, int in) {
    int tokens = x.length / in;
    int out = w.length / in;
    boolean[] outlier = new boolean[in];
    for (int i = 0; i < x.length; i++) {
      outlier[i % in] |= Math.abs(half(x[i])) >= 6;
    }
    float[] y = new float[tokens * out];
    for (int t = 0; t < tokens; t++) {
      float n = 0;
      for (int i = 0; i < in; i++) {
        float a = Math.abs(half(x[t * in + i]));
        n = a < 6 ? Math.max(n, a) : n;
      }
      for (int o = 0; o < out; o++) {
        float m = 0;
        for (int i = 0; i < in; i++) {
          m = Math.max(m, Math.abs(half(w[o * in + i])));
        }
        int sum = 0;
        double beside = 0;
        for (int i = 0; i < in; i++) {
          float a = half(x[t * in + i]);
          int q = m == 0 ? 0 : (int) Math.rint(half(w[o * in + i]) * 127 / m);
          int p = n == 0 ? 0 : (int) Math.rint(a * 127 / n);
          sum += outlier[i] ? 0 : p * q;
          beside += outlier[i] ? (double) a * half(q * m / 127) : 0;
        }
        float regular = half(sum * (n * m) * (float) (1.0 / (127 * 127)) + half(bias[o]));
        y[t * out + o] = half((float) (regular + beside));
      }
    }
    return y;
  }

  @ParameterizedTest
  @CsvSource({"1, 64, 32", "5, 48, 7", "40, 3000, 20", "3, 2048, 600"})
  void llmInt8IsExactlyItsArithmetic(int tokens, int in, int out) {
    torch.manual_seed(tokens);
    Random random = new Random(in);
    try (Owner owner = new Owner();
        var _ = Scope.open()) {
      Tensor x = torch.randn(tokens, in);
      for (int outlier = 0; outlier < in / 16; outlier++) { // some from 6 on, some columns twice
        x.select(0, random.nextInt(tokens))
            .select(0, random.nextInt(in))
            .fill_(torch.randn(1).mul(torch.full(new long[] {1}, scalar(9))).squeeze());
      }
      x.select(0, 0).select(0, 1).fill_(scalar(6)); // 6 itself is an outlier
      Tensor w = torch.randn(out, in);
      w.select(0, out - 1).zero_();
      Tensor bias = torch.randn(out);
      LlmInt8Weight weight = LlmInt8Weight.allocate(FLOAT, new long[] {out, in}, owner);
      weight.fill(view(w));
      Tensor y = weight.forward(x.view(1, tokens, in), new TensorOptional(bias));
      assertThat(TensorData.floats(y))
          .containsExactly(
              llmInt8(TensorData.floats(x), TensorData.floats(w), TensorData.floats(bias), in));
    }
  }

  private static Scalar scalar(double value) {
    return new Scalar(value);
  }

  @Test
  void tokensWithoutOutliersDoNotDependOnTheirBatch() {
    try (Owner owner = new Owner();
        var _ = Scope.open()) {
      Tensor x = torch.rand(6, 32);
      LlmInt8Weight weight = LlmInt8Weight.allocate(FLOAT, new long[] {8, 32}, owner);
      weight.fill(view(torch.randn(8, 32)));
      Tensor all = weight.forward(x, new TensorOptional());
      Tensor one = weight.forward(x.narrow(0, 3, 1), new TensorOptional());
      assertThat(TensorData.floats(one)).containsExactly(TensorData.floats(all.narrow(0, 3, 1)));
    }
  }

  /// Few tokens go another way than many.
  @ParameterizedTest
  @CsvSource({"1, Float", "16, Float", "17, Float", "300, Float", "2, BFloat16", "40, BFloat16"})
  void int8IsTheProductWithRoundedWeights(int tokens, ScalarType type) {
    torch.manual_seed(tokens);
    try (Owner owner = new Owner();
        var _ = Scope.open()) {
      Placement placement = Placement.cpu(type);
      int in = 4096; // so that many rows are widened in several parts
      int out = 515;
      Tensor w = torch.randn(out, in);
      w.select(0, 3).zero_();
      Int8Weight weight =
          Int8Weight.allocate(placement, new long[] {out, in}, owner, new OwnRows(16));
      weight.fill(view(w));
      Tensor scales = weight.scales().unsqueeze(1);
      Tensor rounded = weight.numbers().to(ScalarType.Float).mul(scales);
      Tensor apart = w.sub(rounded).abs();
      assertThat(apart.le(scales.mul(scalar(0.5001))).all().item_bool()).isTrue();
      Tensor x = torch.randn(2, tokens, in).to(type).narrow(0, 0, 1);
      Tensor bias = torch.randn(out).to(type);
      Tensor y = weight.forward(x, new TensorOptional(bias)).to(ScalarType.Double);
      Tensor expected =
          torch.linear(
              x.to(ScalarType.Double),
              rounded.to(ScalarType.Double),
              new TensorOptional(bias.to(ScalarType.Double)));
      double error = y.sub(expected).abs().max().div(expected.abs().max()).item_double();
      assertThat(error).isLessThan(type == ScalarType.Float ? 1e-6 : 1e-2);
    }
  }
}
