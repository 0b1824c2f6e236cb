package neox.train.plan;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.DebugInfoBase;
import org.bytedeco.pytorch.ThreadLocalDebugInfo;
import org.bytedeco.pytorch.global.torch;

/// What one thread has allocated through libtorch's CPU allocator, by that allocator's own account:
/// it tells each allocation, and each release, to a listener of the thread. Memory counts as that
/// of the thread that asked for it, whoever gives it back, so that ranks that are threads of one
/// process are told apart.
///
/// The listener is a C++ object (`c10::MemoryReportingInfoBase`), of which Bytedeco shows methods
/// but no way to implement them; here its table of virtual functions is laid out by hand.
@SuppressWarnings({"restricted", "UnusedMethod"}) // C++ calls what Java does not
public final class TensorMemory implements AutoCloseable {
  private static final Arena FOREVER = Arena.ofShared();
  private static final Map<Long, Allocation> ALLOCATIONS = new ConcurrentHashMap<>();
  private static final ThreadLocal<TensorMemory> OF_THREAD = new ThreadLocal<>();
  private static final MemorySegment LISTENER = listener();

  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong peak = new AtomicLong();

  private record Allocation(TensorMemory owner, long bytes) {}

  private TensorMemory() {}

  /// Begins to count for this thread, until it is closed in the same thread.
  public static TensorMemory ofThisThread() {
    TensorMemory memory = new TensorMemory();
    OF_THREAD.set(memory);
    ThreadLocalDebugInfo._push(
        torch.DebugInfoKind.PROFILER_STATE, new DebugInfoBase(new At(LISTENER.address())));
    return memory;
  }

  /// Bytes that are allocated now.
  public long bytes() {
    return bytes.get();
  }

  /// The most bytes that were allocated at a time, since the beginning or [#forgetPeak].
  public long peak() {
    return peak.get();
  }

  public void forgetPeak() {
    peak.set(bytes.get());
  }

  @Override
  public void close() {
    ThreadLocalDebugInfo._pop(torch.DebugInfoKind.PROFILER_STATE);
    OF_THREAD.remove();
  }

  private void allocate(long address, long size) {
    ALLOCATIONS.put(address, new Allocation(this, size));
    long now = bytes.addAndGet(size);
    peak.accumulateAndGet(now, Math::max);
  }

  /// `reportMemoryUsage(this, ptr, alloc_size, total_allocated, total_reserved, device)`
  private static void report(
      MemorySegment unusedSelf,
      MemorySegment at,
      long size,
      long unusedAllocated,
      long unusedReserved,
      short unusedWhere) {
    if (size > 0) {
      OF_THREAD.get().allocate(at.address(), size);
      return;
    }
    Allocation allocation = ALLOCATIONS.remove(at.address());
    if (allocation != null) {
      allocation.owner.bytes.addAndGet(-allocation.bytes);
    }
  }

  private static boolean enabled(MemorySegment unusedSelf) {
    return OF_THREAD.get() != null;
  }

  private static void destroy(MemorySegment unusedSelf) {
    // The object is for ever.
  }

  private static void outOfMemory(
      MemorySegment unusedSelf,
      long unusedSize,
      long unusedAllocated,
      long unusedReserved,
      short unusedWhere) {
    // The failure is thrown besides.
  }

  private static MemorySegment listener() {
    MethodType destroy = MethodType.methodType(void.class, MemorySegment.class);
    MemorySegment destructor = stub("destroy", destroy, FunctionDescriptor.ofVoid(ADDRESS));
    MemorySegment report =
        stub(
            "report",
            MethodType.methodType(
                void.class,
                MemorySegment.class,
                MemorySegment.class,
                long.class,
                long.class,
                long.class,
                short.class),
            FunctionDescriptor.ofVoid(
                ADDRESS, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_SHORT));
    MemorySegment outOfMemory =
        stub(
            "outOfMemory",
            MethodType.methodType(
                void.class, MemorySegment.class, long.class, long.class, long.class, short.class),
            FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_SHORT));
    MemorySegment enabled =
        stub(
            "enabled",
            MethodType.methodType(boolean.class, MemorySegment.class),
            FunctionDescriptor.of(JAVA_BOOLEAN, ADDRESS));
    MemorySegment[] virtual = {destructor, destructor, report, outOfMemory, enabled};
    MemorySegment table = FOREVER.allocate(ADDRESS, virtual.length);
    for (int i = 0; i < virtual.length; i++) {
      table.setAtIndex(ADDRESS, i, virtual[i]);
    }
    MemorySegment object = FOREVER.allocate(ADDRESS);
    object.set(ADDRESS, 0, table);
    return object;
  }

  private static MemorySegment stub(String name, MethodType type, FunctionDescriptor descriptor) {
    try {
      MethodHandle handle = MethodHandles.lookup().findStatic(TensorMemory.class, name, type);
      return Linker.nativeLinker().upcallStub(handle, descriptor, FOREVER);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /// A pointer to an address.
  private static final class At extends Pointer {
    At(long address) {
      this.address = address;
    }
  }
}
