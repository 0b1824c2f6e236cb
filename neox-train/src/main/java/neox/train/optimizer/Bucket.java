package neox.train.optimizer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import neox.model.Parameter;
import neox.tensor.ElementType;
import neox.tensor.Placement;
import neox.weights.Shape;
import neox.weights.spec.Group;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/// Parameters that are treated alike, one after the other in flat memory, so that what concerns all
/// of them is one call. What lies between the parameters is zero.
final class Bucket {
  private final Kind kind;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final SortedSet<Integer> steps = new TreeSet<>();
  private final int readyAfter;
  private final FlatLayout layout;
  private @Nullable Tensor ownWeights;

  /// Parameters of one kind are treated alike.
  ///
  /// @param type of weights and arriving gradients
  /// @param addedOnce see [Share.AddedOnce]
  /// @param stages that hold them: each of those has the same bucket
  record Kind(
      Group group, ScalarType type, boolean addedOnce, List<Integer> stages, boolean trainable) {
    static Kind of(Parameter parameter, List<Integer> stages) {
      return new Kind(
          parameter.spec().group(),
          ElementType.of(parameter.value()),
          parameter.spec().share() instanceof Share.AddedOnce,
          stages,
          parameter.spec().trainable());
    }

    boolean isNarrow() {
      return type != ScalarType.Float;
    }
  }

  /// A parameter, and the steps of a pass that compute with it, if they are known.
  record Member(Parameter parameter, List<Integer> steps) {}

  /// @param parts see [FlatLayout]
  Bucket(Kind kind, List<Member> members, int parts, Cut cut) {
    this.kind = kind;
    int ready = Integer.MAX_VALUE;
    for (Member member : members) {
      parameters.put(member.parameter().spec().key(), member.parameter());
      steps.addAll(member.steps());
      ready = Math.min(ready, member.steps().isEmpty() ? 0 : member.steps().getFirst());
    }
    readyAfter = ready;
    layout =
        new FlatLayout(
            members.stream()
                .map(Member::parameter)
                .map(each -> Slice.whole(each.spec(), each.value().numel()))
                .toList(),
            parts,
            cut);
  }

  Kind kind() {
    return kind;
  }

  FlatLayout layout() {
    return layout;
  }

  /// The steps of a pass that compute with the weights; none where that is not known.
  SortedSet<Integer> steps() {
    return steps;
  }

  /// The gradients are complete when the backward pass has left this step.
  int readyAfter() {
    return readyAfter;
  }

  /// Where the weights lie.
  Placement placement() {
    return Placement.of(parameters.values().iterator().next().value());
  }

  boolean holds(String key) {
    return parameters.containsKey(key);
  }

  /// A slice's elements in a buffer of this layout: `[count]`.
  Tensor view(Tensor flat, Slice slice) {
    return flat.narrow(0, layout.offset(slice), slice.count());
  }

  /// The same in a buffer of one part.
  Tensor viewOfPart(Tensor flat, int part, Slice slice) {
    return flat.narrow(0, layout.offset(slice) - part * layout.partLength(), slice.count());
  }

  /// A slice's weights: `[count]`. Those that the network uses, or this rank's part of them.
  Tensor weights(Slice slice, int part) {
    Tensor own = ownWeights;
    return own != null
        ? viewOfPart(own, part, slice)
        : parameter(slice).value().detach().view(-1).narrow(0, slice.from(), slice.count());
  }

  /// From now on this rank keeps a part of the weights alone.
  ///
  /// @param part `[part length]`
  void shareWeights(Tensor part) {
    ownWeights = part;
  }

  boolean sharesWeights() {
    return ownWeights != null;
  }

  /// The shape of the piece of the parameter that this rank holds.
  Shape shape(Slice slice) {
    return Shape.of(parameter(slice).value().sizes().vec().get());
  }

  Parameter parameter(Slice slice) {
    return Objects.requireNonNull(parameters.get(slice.key()), slice.key());
  }
}
