package neox.tensor;

import java.util.function.Supplier;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// A region of code at whose end all native objects made in it are freed, as Python's reference
/// counts would: `try (var _ = Scope.open()) { … }`.
///
/// Without a scope, native memory waits for the garbage collector, which does not see its size.
/// Scopes nest and belong to the thread that opened them. What must outlive its scope is either
/// moved one scope out ([#run]) or taken out of all of them ([#keep]).
public final class Scope implements AutoCloseable {
  private final PointerScope pointers = new PointerScope();

  private Scope() {}

  public static Scope open() {
    return new Scope();
  }

  /// Runs `body` in a scope of its own; its result moves to the enclosing scope, everything else it
  /// made is freed (unless autograd still needs it).
  public static Tensor run(Supplier<Tensor> body) {
    Tensor result;
    try (var _ = open()) {
      result = keep(body.get());
    }
    return adopt(result);
  }

  /// Hands a kept object over to the innermost scope, which frees it at its end; without a scope it
  /// stays kept.
  public static <T extends Pointer> T adopt(T kept) {
    @Nullable PointerScope innermost = PointerScope.getInnerScope();
    if (innermost != null) {
      innermost.attach(kept);
      release(kept);
    }
    return kept;
  }

  /// Takes a native object out of all scopes: it lives until [#release]. The owner of a parameter,
  /// a cache or an optimizer state calls this.
  public static <T extends Pointer> T keep(T object) {
    object.retainReference();
    return object;
  }

  /// Gives back what [#keep] took.
  public static void release(Pointer object) {
    object.releaseReference();
  }

  @Override
  public void close() {
    pointers.close();
  }
}
