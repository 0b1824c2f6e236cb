package neox.converthf;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import neox.config.model.ModelConfig;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.Shape;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The older order of rows is told by the formula of GPT-NeoX before #1315: the projection of a
/// token is seen as `[heads, d + 2 · d · kvHeads / heads]`, whose first d are q, the next d ·
/// kvHeads / heads k; k of all heads is seen as `[kvHeads, d]`.
class RowsByHeadTest {
  private static final Path LLAMA =
      Path.of("../shared/weights/src/test/resources/golden/checkpoints/C_llama");

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void rowsOfEachHeadAreTakenApart(int ranks) throws Exception {
    try (NeoxCheckpoint checkpoint = NeoxCheckpoint.open(LLAMA, OptionalLong.of(20))) {
      NetworkSpec network = NetworkSpec.of(checkpoint.config(), checkpoint.paddedVocab());
      String key = "2.attention.query_key_value.weight";
      ParameterSpec spec =
          network.parameters().stream().filter(p -> p.key().equals(key)).findFirst().orElseThrow();
      TensorView today = checkpoint.view(key);
      TensorStore old = store(key, older(spec, today, network.config(), ranks));
      RowsByHead rows = RowsByHead.of(old, network, ranks);
      assertThat(old.view(key).bytes().mismatch(today.bytes())).isNotNegative();
      assertThat(rows.view(key).bytes().mismatch(today.bytes())).isEqualTo(-1);
      assertThat(rows.view(key).shape()).isEqualTo(today.shape());
    }
  }

  /// What [NeoxCheckpoint] makes of the pieces of ranks that store the older order.
  private static TensorView older(
      ParameterSpec spec, TensorView today, ModelConfig model, int ranks) {
    List<TensorView> pieces = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      pieces.add(byHead(Shards.split(spec, today, rank, ranks), model, ranks));
    }
    return Shards.join(spec, pieces);
  }

  private static TensorView byHead(TensorView piece, ModelConfig model, int ranks) {
    int width = Math.toIntExact(piece.shape().size(1));
    float[] rows = piece.bytes().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    float[] result = new float[rows.length];
    int d = model.headDim();
    int heads = model.heads() / ranks;
    int share = d * model.kvHeads() / model.heads();
    for (int head = 0; head < heads; head++) {
      for (int i = 0; i < d + 2 * share; i++) {
        int from =
            i < d
                ? head * d + i
                : i < d + share
                    ? heads * d + head * share + (i - d)
                    : heads * (d + share) + head * share + (i - d - share);
        System.arraycopy(rows, from * width, result, (head * (d + 2 * share) + i) * width, width);
      }
    }
    MemorySegment bytes = Floats.allocate(DType.FLOAT32, result.length);
    MemorySegment.copy(result, 0, bytes, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, result.length);
    return new TensorView(DType.FLOAT32, Shape.of(piece.shape().size(0), width), bytes);
  }

  private static TensorStore store(String key, TensorView view) {
    return new TensorStore() {
      @Override
      public Set<String> names() {
        return Set.of(key);
      }

      @Override
      public TensorView view(String name) {
        return view;
      }

      @Override
      public void close() {}
    };
  }
}
