package neox.parallel;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import neox.parallel.comm.Communicator;
import neox.tensor.ElementType;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The ranks that hold the stages of one network, for whoever passes through all of it without a
/// gradient. All ranks do so together, with the same inputs.
///
/// @param stages this rank's end of the pipe axis
public record PipelineParallel(Communicator stages) {
  private static final List<ScalarType> TYPES =
      List.of(
          ScalarType.Float,
          ScalarType.Double,
          ScalarType.Half,
          ScalarType.BFloat16,
          ScalarType.Long,
          ScalarType.Int);

  private static final int MOST_DIMS = 4;
  private static final int BEFORE_SIZES = 2; // type and number of dims

  /// One stage, which is everything.
  public static PipelineParallel single() {
    return new PipelineParallel(Communicator.alone());
  }

  public boolean isAlone() {
    return stages.isAlone();
  }

  /// What the last stage has, on every stage.
  ///
  /// @param mine there on the last stage
  /// @param placement where it is to lie
  public Tensor told(Optional<Tensor> mine, Placement placement) {
    if (isAlone()) {
      return mine.orElseThrow();
    }
    return Scope.run(() -> {
      int last = stages.size() - 1;
      Tensor form =
          placement.indices(
              mine.map(PipelineParallel::form).orElseGet(() -> new long[BEFORE_SIZES + MOST_DIMS]));
      stages.broadcast(form, last);
      Tensor value = mine.orElseGet(() -> ofForm(TensorData.longs(form), placement));
      stages.broadcast(value, last);
      return value;
    });
  }

  private static long[] form(Tensor x) {
    long[] sizes = x.sizes().vec().get();
    long[] form = new long[BEFORE_SIZES + MOST_DIMS];
    form[0] = TYPES.indexOf(ElementType.of(x));
    form[1] = sizes.length;
    System.arraycopy(sizes, 0, form, BEFORE_SIZES, sizes.length);
    return form;
  }

  private static Tensor ofForm(long[] form, Placement placement) {
    int end = BEFORE_SIZES + Math.toIntExact(form[1]);
    return placement
        .as(TYPES.get(Math.toIntExact(form[0])))
        .zeros(Arrays.copyOfRange(form, BEFORE_SIZES, end));
  }
}
