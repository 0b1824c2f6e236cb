package neox.weights;

import java.util.Collections;
import neox.config.model.Activation;
import neox.config.model.AttentionConfig;
import neox.config.model.Dims;
import neox.config.model.DropoutConfig;
import neox.config.model.HeadConfig;
import neox.config.model.InitConfig;
import neox.config.model.InitMethod;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.config.model.TransformerConfig;

/// The architectures of the golden checkpoints: hidden 64, 4 heads, 3 layers.
public final class Models {
  /// GPT-NeoX block: rotary, parallel residual, untied head.
  public static ModelConfig pythia() {
    TransformerConfig block =
        new TransformerConfig(
            AttentionConfig.PLAIN,
            new MlpConfig(Activation.GELU, false, 256, true),
            Residual.PARALLEL);
    return new ModelConfig(
        new Dims(64, 4, 4, 64, 64, 128),
        Collections.nCopies(3, block),
        new Positions.Rotary(0.25, 10000),
        new Norm.LayerNorm(1e-5),
        new HeadConfig(false),
        DropoutConfig.NONE,
        new InitConfig(InitMethod.SMALL_INIT, InitMethod.WANG_INIT, 0.02));
  }

  public static ModelConfig pythia(int mlpSize) {
    return pythia().withTransformers(block -> block.withMlp(block.mlp().withSize(mlpSize)));
  }

  /// GPT-3 block: learned positions, sequential residual, tied head.
  public static ModelConfig gpt3() {
    return pythia()
        .withTransformers(block -> block.withResidual(Residual.SEQUENTIAL))
        .withPositions(new Positions.Learned(64))
        .withHead(new HeadConfig(true));
  }

  /// LLaMA-like block: rmsnorm, swiglu, two key/value heads, no biases.
  public static ModelConfig llama() {
    TransformerConfig block =
        new TransformerConfig(
            AttentionConfig.PLAIN.withBias(false),
            new MlpConfig(Activation.SWIGLU, false, 192, false),
            Residual.SEQUENTIAL);
    ModelConfig pythia = pythia();
    return pythia
        .withDims(pythia.dims().withKvHeads(2))
        .withTransformers(_ -> block)
        .withPositions(new Positions.Rotary(1, 10000))
        .withNorm(new Norm.RmsNorm(1e-6));
  }

  /// The GPT-3 block with T5's relative positions, whose table all blocks share.
  public static ModelConfig relative() {
    return gpt3().withPositions(new Positions.Relative(32, 128));
  }

  private Models() {}
}
