package neox.config;

/// The number format of weights and activations during training (`precision`, `fp16`, `bf16`).
public enum Precision {
  FP32,
  FP16,
  BFLOAT16
}
