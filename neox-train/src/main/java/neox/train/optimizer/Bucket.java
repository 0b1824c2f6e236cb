package neox.train.optimizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.model.Parameter;
import neox.tensor.ElementType;
import neox.tensor.Gradients;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.train.optimizer.GradientBuckets.Accumulation;
import neox.weights.Shape;
import neox.weights.spec.Group;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The gradients of parameters that are treated alike, one after the other in flat memory, so that
/// what concerns all of them is one call.
///
/// The parameters' own `grad` are views of `arriving`, which has their type. What lies between the
/// parameters is zero. Where the order of sums is fixed, `tree` adds up what arrives.
final class Bucket implements AutoCloseable {
  private final Kind kind;
  private final Map<String, Parameter> parameters = new LinkedHashMap<>();
  private final FlatLayout layout;
  private final Tensor sums; // [length], float32
  private final Tensor arriving; // [length]; may be the same as `sums` when it is float32
  private final Optional<TreeSums> tree;

  /// Parameters of one kind are treated alike.
  ///
  /// @param type of weights and arriving gradients
  /// @param addedOnce see [Share.AddedOnce]
  record Kind(Group group, ScalarType type, boolean addedOnce) {
    static Kind of(Parameter parameter) {
      return new Kind(
          parameter.spec().group(),
          ElementType.of(parameter.value()),
          parameter.spec().share() instanceof Share.AddedOnce);
    }

    boolean isNarrow() {
      return type != ScalarType.Float;
    }
  }

  /// All parameters in their buckets.
  ///
  /// @param parts see [FlatLayout]
  static List<Bucket> of(
      List<Parameter> parameters, int parts, Cut cut, Accumulation accumulation) {
    Map<Kind, List<Parameter>> byKind = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      byKind.computeIfAbsent(Kind.of(parameter), _ -> new ArrayList<>()).add(parameter);
    }
    List<Bucket> buckets = new ArrayList<>();
    byKind.forEach((kind, members) ->
        buckets.add(
            new Bucket(kind, members, new FlatLayout(whole(members), parts, cut), accumulation)));
    return List.copyOf(buckets);
  }

  private static List<Slice> whole(List<Parameter> members) {
    return members.stream()
        .map(member -> Slice.whole(member.spec(), member.value().numel()))
        .toList();
  }

  private Bucket(Kind kind, List<Parameter> members, FlatLayout layout, Accumulation accumulation) {
    this.kind = kind;
    this.layout = layout;
    members.forEach(member -> parameters.put(member.spec().key(), member));
    Placement placement = Placement.of(members.getFirst().value());
    sums = Scope.keep(placement.as(ScalarType.Float).zeros(layout.length()));
    boolean inTree = accumulation == Accumulation.TREE;
    arriving = kind.isNarrow() || inTree ? Scope.keep(placement.zeros(layout.length())) : sums;
    tree = inTree ? Optional.of(new TreeSums(arriving, sums)) : Optional.empty();
    for (Slice slice : layout.whole()) {
      Tensor value = parameter(slice).value();
      value.mutable_grad().put(view(arriving, slice).view_as(value));
    }
  }

  Kind kind() {
    return kind;
  }

  FlatLayout layout() {
    return layout;
  }

  /// The sums over the micro-batches: `[length]`, float32.
  Tensor sums() {
    return sums;
  }

  /// What the next backward pass adds to: `[length]`, of the parameters' type.
  Tensor arriving() {
    return arriving;
  }

  /// What adds up in a fixed order, where that is asked for.
  Optional<TreeSums> tree() {
    return tree;
  }

  boolean holds(String key) {
    return parameters.containsKey(key);
  }

  /// A slice's elements in a buffer of this layout: `[count]`.
  Tensor view(Tensor flat, Slice slice) {
    return flat.narrow(0, layout.offset(slice), slice.count());
  }

  /// A slice's weights, as the network uses them: `[count]`.
  Tensor weights(Slice slice) {
    return parameter(slice).value().detach().view(-1).narrow(0, slice.from(), slice.count());
  }

  /// The shape of the piece of the parameter that this rank holds.
  Shape shape(Slice slice) {
    return Shape.of(parameter(slice).value().sizes().vec().get());
  }

  private Parameter parameter(Slice slice) {
    return Objects.requireNonNull(parameters.get(slice.key()), slice.key());
  }

  @Override
  public void close() {
    parameters.values().forEach(parameter -> Gradients.clear(parameter.value()));
    tree.ifPresent(TreeSums::close);
    if (arriving != sums) {
      Scope.release(arriving);
    }
    Scope.release(sums);
  }
}
