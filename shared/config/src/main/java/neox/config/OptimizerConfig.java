package neox.config;

/// AdamW as NeoX runs it (arXiv:1711.05101: decoupled decay, bias correction).
///
/// @param learningRate peak rate (`optimizer.params.lr`)
/// @param weightDecay for matrices; norms and biases have none (`weight_decay`)
/// @param gradientClipping largest global gradient norm, 0 for none (`gradient_clipping`)
public record OptimizerConfig(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double gradientClipping) {}
