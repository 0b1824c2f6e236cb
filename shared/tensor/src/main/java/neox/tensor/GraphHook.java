package neox.tensor;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.FunctionPreHook;
import org.bytedeco.pytorch.Node;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/// A Java function that autograd calls before it runs a node, and which may replace the node's
/// incoming gradients.
///
/// C++ owns the native half of a hook and refers to the Java half only weakly, so that whoever
/// attaches one must keep it reachable. With each native half JNI also loses a weak reference for
/// good. Hooks are therefore used again: [#attach] takes one from a pool, [#detach] takes it out of
/// its node and puts it back. (That is possible for `retains_grad` hooks alone.)
final class GraphHook extends FunctionPreHook {
  /// Idle hooks, at most as many as were ever attached at the same time. Safe for all threads.
  private static final ConcurrentLinkedDeque<GraphHook> IDLE = new ConcurrentLinkedDeque<>();

  private FunctionPreHook nativeHalf = this;
  private @Nullable UnaryOperator<TensorVector> body;

  private GraphHook() {}

  static GraphHook attach(Node node, UnaryOperator<TensorVector> body) {
    @Nullable GraphHook idle = IDLE.pollFirst();
    GraphHook hook = idle == null ? create() : idle;
    hook.body = body;
    node.add_retains_grad_hook(hook.nativeHalf, 0);
    // The node owns it now, but the pointer still thinks that it must free it: when a scope that it
    // was made in ends (on another thread perhaps), or when it is collected.
    hook.nativeHalf.deallocate(false);
    return hook;
  }

  /// In no scope of the caller's.
  private static GraphHook create() {
    try (var _ = Scope.open()) {
      return Scope.keep(new GraphHook());
    }
  }

  /// Only when nothing can run the node any more.
  void detach(Node node) {
    body = null;
    try (var _ = Scope.open()) { // so that no scope holds what another thread may soon hand on
      nativeHalf = Scope.keep(node.pop_retains_grad_hook(0));
    }
    IDLE.addFirst(this);
  }

  @Override
  public TensorVector apply(TensorVector gradients) {
    try {
      return requireNonNull(body).apply(gradients);
    } catch (RuntimeException | Error e) {
      HookThread.current().failed(e);
      throw e;
    }
  }
}
