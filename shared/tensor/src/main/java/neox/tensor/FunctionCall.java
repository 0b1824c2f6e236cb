package neox.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Edge;
import org.bytedeco.pytorch.EdgeVector;
import org.bytedeco.pytorch.Node;
import org.bytedeco.pytorch.PointerConsumer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/// One call of a [CustomFunction] in the graph.
///
/// The bindings cannot derive a node of their own, so that the call borrows libtorch's:
///
///     y ── gate ── fan ─┬─ outlet ── input 1
///                       └─ outlet ── input 2
///
/// The gate (an alias) passes the gradient on and belongs to the graph alone. The fan (a
/// concatenation of empty tensors: any number of edges) has a hook that takes the gradient away and
/// runs the Java backward; nothing flows from the fan into the outlets, whose hooks put the
/// gradients there. Java owns fan and outlets; when the gate is freed, so is the sentinel that it
/// holds, and the call is dismantled. Calls without a pending graph do not exist.
///
/// This depends on the inside of the engine: CustomFunctionTest compares it with autograd's own.
final class FunctionCall {
  /// Calls whose graph exists, by key. Safe for all threads.
  private static final Map<Long, FunctionCall> PENDING = new ConcurrentHashMap<>();

  private static final AtomicLong KEYS = new AtomicLong();

  /// A call's key in the place of an address, which is never followed.
  private static final class Key extends Pointer {
    Key(long key) {
      super((Pointer) null);
      address = key;
    }
  }

  /// What C++ calls when the memory of a sentinel is to be freed, on the thread that drops it.
  private static final class Dropped extends PointerConsumer {
    static final Dropped CALLBACK = Scope.keep(new Dropped());

    @Override
    public void call(Pointer key) {
      @Nullable FunctionCall call = PENDING.remove(key.address());
      if (call != null) {
        HookThread.current().dismantle(call);
      }
    }
  }

  /// A node before an input that needs a gradient, and where its gradient waits for it.
  private static final class Outlet {
    final int input;
    final long[] shape;
    final Node node;
    final GraphHook hook;
    @Nullable Tensor gradient;

    Outlet(int input, Tensor tensor) {
      this.input = input;
      this.shape = shape(tensor);
      this.node = Scope.keep(tensor.alias().grad_fn());
      this.hook = GraphHook.attach(node, this::fill);
    }

    /// Runs just before the node; nothing has come from the fan.
    private TensorVector fill(TensorVector nothing) {
      @Nullable Tensor mine = gradient;
      if (mine == null) {
        return HookThread.current().returning(new Tensor());
      }
      gradient = null;
      TensorVector result = HookThread.current().returning(mine);
      Scope.release(mine);
      return result;
    }

    void dismantle() {
      hook.detach(node);
      Scope.release(node);
      if (gradient != null) {
        Scope.release(gradient);
      }
    }
  }

  private final CustomFunction.Backward backward;
  private final int inputs;
  private final List<Outlet> outlets = new ArrayList<>();
  private final Node fan;
  private final GraphHook fanHook;
  private @Nullable List<Tensor> saved;

  private FunctionCall(List<Tensor> inputs, List<Tensor> saved, CustomFunction.Backward backward) {
    this.backward = backward;
    this.inputs = inputs.size();
    this.saved = saved.stream().map(t -> Scope.keep(new Tensor(t))).toList();
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).requires_grad()) {
        outlets.add(new Outlet(i, inputs.get(i)));
      }
    }
    this.fan = Scope.keep(fan());
    this.fanHook = GraphHook.attach(fan, this::run);
  }

  /// `value` as the output of a call. Some input needs a gradient, and grad mode is on.
  static Tensor attach(
      Tensor value, List<Tensor> inputs, List<Tensor> saved, CustomFunction.Backward backward) {
    FunctionCall call = new FunctionCall(inputs, saved, backward);
    Tensor output = value.detach();
    torch.create_gradient_edge(output, call.gate(value));
    return output;
  }

  private Node fan() {
    TensorVector empty = new TensorVector();
    EdgeVector edges = new EdgeVector(outlets.size());
    for (int i = 0; i < outlets.size(); i++) {
      empty.push_back(torch.empty(0).set_requires_grad(true));
      edges.put(i, new Edge(outlets.get(i).node, 0));
    }
    Node node = torch.cat(empty, 0).grad_fn();
    node.set_next_edges(edges);
    return node;
  }

  /// A node that only the graph holds, and which holds the sentinel.
  private Node gate(Tensor value) {
    Tensor seam = value.detach();
    fan.clear_input_metadata();
    torch.create_gradient_edge(seam, fan);
    Node gate = seam.alias().grad_fn();
    gate.clear_input_metadata();
    long key = KEYS.incrementAndGet();
    PENDING.put(key, this);
    Tensor sentinel =
        torch.from_blob(
            new Key(key), new long[] {0}, Dropped.CALLBACK, ElementType.options(ScalarType.Float));
    gate.metadata().assign_parent(holderOf(sentinel));
    return gate;
  }

  /// A node that keeps the tensor alive and is never run.
  private static Node holderOf(Tensor tensor) {
    return tensor.set_requires_grad(true).alias().grad_fn().next_edge(0).function();
  }

  private TensorVector run(TensorVector gradients) {
    @Nullable List<Tensor> kept = saved;
    if (kept == null) {
      throw new IllegalStateException("a second backward pass through the same custom function");
    }
    saved = null;
    try (var _ = Scope.open()) {
      kept.forEach(Scope::adopt);
      Tensor gradient = new Tensor(gradients.get(0));
      if (gradient.defined()) {
        distribute(backward.gradients(gradient, kept));
      }
    }
    return HookThread.current().returning(new Tensor());
  }

  private void distribute(List<Optional<Tensor>> gradients) {
    if (gradients.size() != inputs) {
      throw new IllegalStateException(
          "the backward of a function of %d inputs returned %d gradients"
              .formatted(inputs, gradients.size()));
    }
    for (Outlet outlet : outlets) {
      gradients
          .get(outlet.input)
          .ifPresent(gradient -> {
            if (!Arrays.equals(outlet.shape, shape(gradient))) {
              throw new IllegalStateException(
                  "gradient %d has the shape %s, its input %s"
                      .formatted(
                          outlet.input,
                          Arrays.toString(shape(gradient)),
                          Arrays.toString(outlet.shape)));
            }
            outlet.gradient = Scope.keep(new Tensor(gradient));
          });
    }
  }

  /// Gives everything back. Nothing can run the call any more.
  void dismantle() {
    fanHook.detach(fan);
    Scope.release(fan);
    outlets.forEach(Outlet::dismantle);
    if (saved != null) {
      saved.forEach(Scope::release);
      saved = null;
    }
  }

  /// Calls whose graph has not been dropped.
  static int pending() {
    return PENDING.size();
  }

  private static long[] shape(Tensor tensor) {
    return tensor.sizes().vec().get();
  }
}
