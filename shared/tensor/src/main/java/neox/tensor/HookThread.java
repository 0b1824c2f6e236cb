package neox.tensor;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.jspecify.annotations.Nullable;

/// What the hooks of one thread share: autograd calls them one inside the other, never at the same
/// time.
final class HookThread {
  private static final ThreadLocal<HookThread> CURRENT = ThreadLocal.withInitial(HookThread::new);

  /// C++ copies what a hook returns just after it has returned, so that one list per thread does.
  private final TensorVector returned = Scope.keep(new TensorVector());

  private final Deque<FunctionCall> dropped = new ArrayDeque<>();
  private @Nullable Failure failure;

  /// An exception on its way through C++, which knows nothing of it but its text.
  private record Failure(Throwable thrown) {}

  static HookThread current() {
    return CURRENT.get();
  }

  /// The list that a hook returns: this tensor alone.
  TensorVector returning(Tensor tensor) {
    returned.clear();
    return returned.push_back(tensor);
  }

  void failed(Throwable thrown) {
    failure = new Failure(thrown);
  }

  /// The exception that a hook threw since [#forget]; an error is thrown at once.
  Optional<RuntimeException> failure() {
    return switch (failure == null ? null : failure.thrown()) {
      case RuntimeException e -> Optional.of(e);
      case Error e -> throw e;
      case Throwable e -> Optional.of(new IllegalStateException(e));
      case null -> Optional.empty();
    };
  }

  /// Lets go of the last failure and the last returned gradient.
  void forget() {
    failure = null;
    returned.clear();
  }

  /// Dismantles the call, then those that this drops in turn: a loop, as the recursion would be as
  /// deep as the network.
  void dismantle(FunctionCall call) {
    dropped.add(call);
    if (dropped.size() > 1) {
      return; // the loop below, further down this stack, will come to it
    }
    returned.clear();
    while (!dropped.isEmpty()) {
      dropped.getFirst().dismantle();
      dropped.removeFirst();
    }
  }
}
