package neox.converthf.fromhf;

import neox.config.Precision;
import neox.config.model.Dims;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.spec.NetworkSpec;

/// A network from elsewhere as NeoX's configuration describes it.
final class NeoxNetwork {
  static final String EMBEDDING = NetworkSpec.EMBEDDING + ".word_embeddings.weight";

  /// The same with a unit of the vocabulary's padding.
  static ModelConfig of(ModelConfig model, int vocabDivisor) {
    Dims dims = model.dims();
    return model.withDims(
        new Dims(
            dims.hiddenSize(),
            dims.heads(),
            dims.kvHeads(),
            dims.seqLength(),
            dims.maxPositions(),
            vocabDivisor));
  }

  /// In what precision weights of a type are trained.
  static Precision precision(DType dtype) {
    return switch (dtype) {
      case FLOAT16 -> Precision.FP16;
      case BFLOAT16 -> Precision.BFLOAT16;
      case FLOAT32, FLOAT64 -> Precision.FP32;
      case INT64, INT32, INT16, INT8, UINT8, BOOL ->
          throw new IllegalArgumentException("weights of type " + dtype);
    };
  }

  private NeoxNetwork() {}
}
