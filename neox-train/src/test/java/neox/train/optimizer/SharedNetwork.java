package neox.train.optimizer;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.parallel.Topology;
import neox.weights.DType;
import neox.weights.TensorView;
import neox.weights.spec.Group;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A network of parameters alone, one for each way of sharing, as it lies on the ranks of any grid:
/// parameter i on stage i modulo their number, the first also on the last stage.
final class SharedNetwork {
  static final ParameterSpec TIED =
      Parameters.spec("tied", Group.DECAYING, new Share.Split(0, List.of(16L)), 16, 9);
  static final ParameterSpec SECTIONS =
      Parameters.spec("qkv", Group.DECAYING, new Share.Split(0, List.of(16L, 8L, 8L)), 32, 7);
  static final ParameterSpec COLUMNS =
      Parameters.spec("dense", Group.DECAYING, new Share.Split(1, List.of(16L)), 9, 16);
  static final ParameterSpec ADDED_ONCE =
      Parameters.spec("bias", Group.PLAIN, new Share.AddedOnce(), 9);
  static final ParameterSpec SUMMED = Parameters.spec("sum", Group.PLAIN, new Share.Summed(), 67);
  static final ParameterSpec SAME = Parameters.spec("norm", new Group(false, 0.5), 131);
  static final List<ParameterSpec> SPECS =
      List.of(TIED, SECTIONS, COLUMNS, ADDED_ONCE, SUMMED, SAME);

  /// Every grid of up to 8 ranks.
  static List<Topology> grids() {
    List<Topology> grids = new ArrayList<>();
    for (int pipe = 1; pipe <= 8; pipe++) {
      for (int data = 1; pipe * data <= 8; data++) {
        for (int tensor = 1; pipe * data * tensor <= 8; tensor++) {
          if (16 % tensor == 0) {
            grids.add(new Topology(pipe, data, tensor));
          }
        }
      }
    }
    return grids;
  }

  static boolean isOn(ParameterSpec spec, Ranks ranks) {
    return SPECS.indexOf(spec) % ranks.pipe().size() == ranks.pipe().rank()
        || isSecondHome(spec, ranks);
  }

  /// True on the stage that holds the tied parameter too.
  static boolean isSecondHome(ParameterSpec spec, Ranks ranks) {
    return spec.equals(TIED) && ranks.isLastStage() && !ranks.isFirstStage();
  }

  /// A rank's parameters, whose whole values are noise.
  static Holdings holdings(Ranks ranks, ScalarType type) {
    List<Parameter> mine = new ArrayList<>();
    for (ParameterSpec spec : SPECS) {
      if (isOn(spec, ranks)) {
        mine.add(parameter(spec, type, piece(spec, weights(spec), ranks)));
      }
    }
    return Holdings.of(mine, SPECS, ranks);
  }

  private static Parameter parameter(ParameterSpec spec, ScalarType type, TensorView piece) {
    Parameter local =
        Parameters.of(
            Parameters.spec(spec.key(), spec.group(), piece.shape().sizes()), type, floats(piece));
    return new Parameter(spec, local.value());
  }

  /// The first values of the whole parameter.
  static float[] weights(ParameterSpec spec) {
    return Parameters.noise(spec.shape().count(), SPECS.indexOf(spec));
  }

  /// What a rank holds of a whole parameter, or of its gradient.
  static TensorView piece(ParameterSpec spec, float[] whole, Ranks ranks) {
    MemorySegment bytes = Arena.ofAuto().allocate(4L * whole.length, 8);
    bytes.copyFrom(MemorySegment.ofArray(whole));
    TensorView view = new TensorView(DType.FLOAT32, spec.shape(), bytes);
    return Shards.split(spec, view, ranks.tensor().rank(), ranks.tensor().size());
  }

  static float[] floats(TensorView view) {
    return view.bytes().toArray(ValueLayout.JAVA_FLOAT);
  }

  private SharedNetwork() {}
}
