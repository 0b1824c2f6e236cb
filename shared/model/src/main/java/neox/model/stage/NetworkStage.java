package neox.model.stage;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import neox.model.Head;
import neox.model.Inputs;
import neox.model.Mode;
import neox.model.Network;
import neox.parallel.pipeline.Stage;
import neox.tensor.Gradients;
import neox.tensor.Scope;
import neox.tensor.kernel.FewRows;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;

/// A network, or its layers on this rank, as a pipeline stage: the only caller of a network's
/// forward. Not thread-safe.
public final class NetworkStage implements Stage {
  private final Network network;
  private final Work work;
  private final Mode mode;
  private final Map<Integer, Pending> pending = new HashMap<>();

  /// What the micro-batches are.
  public interface Work {
    /// One micro-batch, for one forward pass; what it makes belongs to the innermost scope.
    Item item(int microBatch);

    /// After the backward of a micro-batch, whose gradients have arrived.
    default void afterBackward() {}
  }

  /// A micro-batch, and what becomes of its last hidden states.
  public interface Item {
    /// What the network reads; asked for on every stage.
    Inputs inputs();

    /// What the last stage computes of the hidden states `[b, s, h]`: in training a scalar, whose
    /// gradient is 1.
    Tensor output(Tensor hidden, Head head);
  }

  /// A forward whose backward is due.
  ///
  /// @param input the leaf that stands for the activation of the stage before
  private record Pending(Optional<Tensor> input, Tensor output) {}

  public NetworkStage(Network network, Work work, Mode mode) {
    this.network = network;
    this.work = work;
    this.mode = mode;
  }

  /// One pass through a network without a gradient. Where several ranks hold parts of it, all of
  /// them call this together, with the same inputs.
  ///
  /// @param output what the last stage computes of its hidden states; it runs on no other stage
  /// @return what that was, on every rank
  public static Tensor evaluate(Network network, Inputs inputs, Output output) {
    return new WholePass(network).evaluate(inputs, output);
  }

  /// The same where nobody but the last stage needs what it computes: the others go on at once.
  public static void pass(Network network, Inputs inputs, Output output) {
    new WholePass(network).run(inputs, output);
  }

  /// From hidden states `[b, s, h]` to what is wanted of them.
  @FunctionalInterface
  public interface Output {
    Tensor of(Tensor hidden, Head head);
  }

  @Override
  public Tensor forward(int microBatch, Optional<Tensor> activation) {
    return switch (mode) {
      case TRAINING -> {
        Optional<Tensor> leaf = activation.map(NetworkStage::leaf);
        Tensor output = Scope.run(() -> compute(microBatch, leaf));
        leaf.ifPresent(Scope::keep);
        pending.put(microBatch, new Pending(leaf, Scope.keep(output)));
        yield output.detach();
      }
      case EVALUATION -> {
        try (var _ = new NoGradGuard()) {
          yield Scope.run(() -> computeOnce(microBatch, activation));
        }
      }
    };
  }

  private Tensor compute(int microBatch, Optional<Tensor> activation) {
    return compute(work.item(microBatch), activation);
  }

  /// The same without a backward pass.
  private Tensor computeOnce(int microBatch, Optional<Tensor> activation) {
    Item item = work.item(microBatch);
    Inputs inputs = item.inputs();
    if (network.computesRowsAlone()) {
      return FewRows.pass(() -> compute(item, activation));
    }
    return FewRows.pass(
        inputs.ids().numel(), network.readByAttention(inputs), () -> compute(item, activation));
  }

  private Tensor compute(Item item, Optional<Tensor> activation) {
    Inputs inputs = item.inputs();
    Tensor hidden = network.forward(activation.orElse(inputs.ids()), inputs, mode);
    return network
        .head()
        .map(head -> network.atHead(() -> item.output(hidden, head)))
        .orElse(hidden);
  }

  private static Tensor leaf(Tensor activation) {
    Tensor leaf = activation.detach();
    leaf.set_requires_grad(true);
    return leaf;
  }

  @Override
  public Optional<Tensor> backward(int microBatch, Optional<Tensor> gradient) {
    Pending forward = pending.remove(microBatch);
    if (forward == null) {
      throw new IllegalStateException("backward of micro-batch " + microBatch + " before forward");
    }
    Tensor output = Scope.adopt(forward.output());
    if (!output.requires_grad()) {
      work.afterBackward(); // up to here nothing is trained
      return forward.input().map(Scope::adopt).flatMap(Gradients::of);
    }
    network.beginBackward();
    if (gradient.isPresent()) {
      output.backward(gradient.get(), new BoolOptional(), false, new TensorArrayRefOptional());
    } else {
      output.backward();
    }
    work.afterBackward();
    return forward.input().map(Scope::adopt).flatMap(Gradients::of);
  }
}
