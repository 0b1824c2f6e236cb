package neox.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;

/// Hears of every operator that libtorch carries out in this process, on whichever thread, and of
/// every node of a backward pass: the hook on which libtorch's own profiler hangs
/// (`at::addGlobalCallback`, `ATen/record_function.h`), called from C++ without a stub of C++.
///
/// An event costs about half a microsecond while one listens, and nothing otherwise.
public final class OperatorListener implements AutoCloseable {
  private static final long UNLIMITED = Long.MAX_VALUE;

  private final Arena arena = Arena.ofShared();
  private final Listener listener;
  private final MethodHandle name;
  private final List<Long> handles = new ArrayList<>();

  /// What has begun.
  public enum Kind {
    /// An operator of the dispatcher, such as `aten::addmm`.
    OPERATOR,
    /// A node of the graph that a backward pass walks, such as `AddmmBackward0`.
    BACKWARD
  }

  /// Is told what happens on the calling thread, the later begun ended first; it is not asked to
  /// hurry, but everything waits for it.
  public interface Listener {
    void began(Kind kind, String name);

    void ended();
  }

  /// The fields of `at::RecordFunctionCallback`, which has no binding: both functions, a sampling
  /// probability, a flag for each scope, and what the functions read of a call.
  private static final class Fields {
    static final long START = 0;
    static final long END = 8;
    static final long PROBABILITY = 16;
    static final long SCOPES = 24;
    static final long SIZE = 40;

    private Fields() {}
  }

  private OperatorListener(Listener listener) {
    Loader.load(torch.class);
    this.listener = listener;
    this.name = nameOfRecord();
  }

  /// Listens until it is closed.
  public static OperatorListener to(Listener listener) {
    OperatorListener listening = new OperatorListener(listener);
    listening.add(Kind.OPERATOR, torch.RecordScope.FUNCTION);
    listening.add(Kind.BACKWARD, torch.RecordScope.BACKWARD_FUNCTION);
    return listening;
  }

  private void add(Kind kind, torch.RecordScope scope) {
    MemorySegment callback = arena.allocate(Fields.SIZE, Long.BYTES);
    callback.set(ValueLayout.ADDRESS, Fields.START, start(kind));
    callback.set(ValueLayout.ADDRESS, Fields.END, end());
    callback.set(ValueLayout.JAVA_DOUBLE, Fields.PROBABILITY, 1);
    callback.set(ValueLayout.JAVA_BOOLEAN, Fields.SCOPES + scope.value, true);
    handles.add(torch.addGlobalCallback(new Foreign(callback.address())));
  }

  /// `std::unique_ptr<ObserverContext> start(const RecordFunction&)`: where to put what is returned
  /// comes first, as in every call of the Itanium ABI that returns what is no plain value.
  @SuppressWarnings("restricted")
  private MemorySegment start(Kind kind) {
    FunctionDescriptor signature =
        FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    MethodHandle method =
        MethodHandles.insertArguments(
            method(
                "began",
                MethodType.methodType(
                    MemorySegment.class, Kind.class, MemorySegment.class, MemorySegment.class)),
            0,
            kind);
    return Linker.nativeLinker().upcallStub(method, signature, arena);
  }

  /// `void end(const RecordFunction&, ObserverContext*)`.
  @SuppressWarnings("restricted")
  private MemorySegment end() {
    FunctionDescriptor signature =
        FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    MethodHandle method =
        method(
            "ended", MethodType.methodType(void.class, MemorySegment.class, MemorySegment.class));
    return Linker.nativeLinker().upcallStub(method, signature, arena);
  }

  private MethodHandle method(String method, MethodType type) {
    try {
      return MethodHandles.lookup().findVirtual(OperatorListener.class, method, type).bindTo(this);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings({"restricted", "UnusedMethod"}) // called by libtorch
  private MemorySegment began(Kind kind, MemorySegment result, MemorySegment record) {
    result.reinterpret(Long.BYTES).set(ValueLayout.JAVA_LONG, 0, 0); // no context
    try {
      MemorySegment text = (MemorySegment) name.invokeExact(record);
      listener.began(kind, text.reinterpret(UNLIMITED).getString(0));
    } catch (Throwable e) { // libtorch could not pass it on
      Thread.currentThread()
          .getUncaughtExceptionHandler()
          .uncaughtException(Thread.currentThread(), e);
    }
    return result;
  }

  @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // called by libtorch
  private void ended(MemorySegment record, MemorySegment context) {
    try {
      listener.ended();
    } catch (RuntimeException | Error e) { // likewise
      Thread.currentThread()
          .getUncaughtExceptionHandler()
          .uncaughtException(Thread.currentThread(), e);
    }
  }

  /// `const char* at::RecordFunction::name() const`.
  @SuppressWarnings("restricted")
  private MethodHandle nameOfRecord() {
    MemorySegment symbol =
        SymbolLookup.libraryLookup("libtorch_cpu.so", arena)
            .findOrThrow("_ZNK2at14RecordFunction4nameEv");
    return Linker.nativeLinker()
        .downcallHandle(
            symbol,
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS),
            Linker.Option.critical(false));
  }

  /// Hears of nothing more. Not while a call is under way.
  @Override
  public void close() {
    handles.forEach(torch::removeCallback);
    arena.close();
  }

  /// Memory of ours as the bindings want it.
  private static final class Foreign extends Pointer {
    Foreign(long where) {
      super((Pointer) null);
      address = where;
    }
  }
}
