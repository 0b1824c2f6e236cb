package neox.tensor.kernel;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;

/// `cblas_sgemm` of the library that libtorch multiplies float32 with, on the calling thread alone:
/// the library has one thread ([neox.tensor.NativeRuntime]).
final class Sgemm {
  private static final int ROW_MAJOR = 101;
  private static final int AS_IT_LIES = 111;
  private static final int TURNED = 112;

  /// Where libtorch came with a library that can be called.
  private static final Optional<MethodHandle> CALL = find();

  static boolean isThere() {
    return CALL.isPresent();
  }

  /// `c = scale · a b + kept · c`.
  static void multiply(float scale, Strided a, Strided b, float kept, Strided c) {
    try {
      CALL.orElseThrow()
          .invokeExact(
              ROW_MAJOR,
              a.turned() ? TURNED : AS_IT_LIES,
              b.turned() ? TURNED : AS_IT_LIES,
              c.rows(),
              c.columns(),
              a.columns(),
              scale,
              a.address(),
              a.distance(),
              b.address(),
              b.distance(),
              kept,
              c.address(),
              c.distance());
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("restricted")
  private static Optional<MethodHandle> find() {
    torch.get_num_threads(); // loads the libraries
    ValueLayout.OfInt number = ValueLayout.JAVA_INT;
    ValueLayout.OfFloat factor = ValueLayout.JAVA_FLOAT;
    ValueLayout.OfLong address = ValueLayout.JAVA_LONG;
    FunctionDescriptor signature =
        FunctionDescriptor.ofVoid(
            number, number, number, number, number, number, factor, address, number, address,
            number, factor, address, number);
    Optional<MemorySegment> symbol = SymbolLookup.loaderLookup().find("cblas_sgemm");
    return symbol.map(found -> Linker.nativeLinker().downcallHandle(found, signature));
  }

  private Sgemm() {}
}
