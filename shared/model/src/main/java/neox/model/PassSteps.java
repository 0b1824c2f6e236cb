package neox.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;
import neox.tensor.CustomFunction;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.Tensor;

/// The steps of a pass through a network or a stage of it, as [LayerWatch] counts them, and who
/// watches them.
final class PassSteps {
  /// What all layers share: the bias of positions.
  static final int BEFORE_LAYERS = 0;

  private final int head;
  private final Map<ParameterSpec, TreeSet<Integer>> users = new HashMap<>();
  private LayerWatch watch = LayerWatch.NONE;

  private PassSteps(int head) {
    this.head = head;
  }

  /// @param stage the layers
  /// @param layers as they are built, of which one may stand for several neighbours
  static PassSteps of(List<LayerSpec> stage, List<Layer> layers) {
    PassSteps steps = new PassSteps(ofLayer(layers.size()));
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      int step = ofLayer(i);
      switch (layers.get(i)) {
        case RecomputedBlocks(List<Layer> blocks, Recomputation _) ->
            blocks.forEach(_ -> numbers.add(step));
        case Embedding _, SoftPrompt _, Block _, Gmlp _, FinalNorm _ -> numbers.add(step);
      }
    }
    int next = 0;
    for (LayerSpec layer : stage) {
      steps.add(layer, layer instanceof LayerSpec.Head ? steps.head : numbers.get(next++));
    }
    return steps;
  }

  static int ofLayer(int index) {
    return BEFORE_LAYERS + 1 + index;
  }

  /// The head's, even where another stage has it.
  int head() {
    return head;
  }

  /// Blocks read the bias that is computed of a relative table, not the table.
  private void add(LayerSpec layer, int step) {
    for (ParameterSpec spec : layer.parameters()) {
      boolean table =
          layer instanceof LayerSpec.Transformer block
              && block.attention().relative().filter(spec::equals).isPresent();
      users.computeIfAbsent(spec, _ -> new TreeSet<>()).add(table ? BEFORE_LAYERS : step);
    }
  }

  List<WeightUse> uses(List<Parameter> parameters) {
    return parameters.stream()
        .map(each -> new WeightUse(each, List.copyOf(users.get(each.spec()))))
        .toList();
  }

  /// Who watches.
  LayerWatch watch() {
    return watch;
  }

  void watch(LayerWatch value) {
    watch = value;
  }

  void write(Parameter parameter, Runnable writing) {
    watch.write(parameter, writing);
  }

  /// Computes a step.
  <T> T forward(int step, Supplier<T> body) {
    watch.beforeForward(step);
    T result = body.get();
    watch.afterForward(step);
    return result;
  }

  /// @param last the step that comes first then
  void beginBackward(int last) {
    watch.beforeBackward(last);
  }

  /// What a step reads, as the backward pass crosses it on its way to the step before.
  ///
  /// Autograd runs what was computed later first, so that nothing of this step is left to do then.
  @SuppressWarnings("ReferenceEquality") // the one that does nothing
  Tensor border(int step, Tensor x) {
    LayerWatch told = watch;
    if (told == LayerWatch.NONE) {
      return x;
    }
    return CustomFunction.apply(
        x,
        x,
        gradient -> {
          told.afterBackward(step);
          told.beforeBackward(step - 1);
          return gradient;
        });
  }
}
