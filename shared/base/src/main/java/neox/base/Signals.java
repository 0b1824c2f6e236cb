package neox.base;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandleProxies;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.function.Consumer;

/// The signals of the operating system, as far as the JVM lets a program have them.
///
/// `sun.misc.Signal` is kept for everybody's use (JEP 260), but javac warns of its name and lets
/// nobody silence that; it is called by method handles therefore.
final class Signals {
  private static final Class<?> SIGNAL = type("sun.misc.Signal");
  private static final Class<?> HANDLER = type("sun.misc.SignalHandler");
  private static final MethodHandle NAMED;
  private static final MethodHandle HANDLE;
  private static final MethodHandle ACCEPT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      NAMED = lookup.findConstructor(SIGNAL, MethodType.methodType(void.class, String.class));
      HANDLE = lookup.findStatic(SIGNAL, "handle", MethodType.methodType(HANDLER, SIGNAL, HANDLER));
      ACCEPT =
          lookup.findVirtual(
              Consumer.class, "accept", MethodType.methodType(void.class, Object.class));
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /// Takes a signal back; what happened before is what happens again.
  interface Restoration {
    void restore();
  }

  /// Calls `action` with the signal's name in a thread of its own whenever the process gets the
  /// signal. One that the process was told to ignore, as `nohup` does with HUP, stays ignored.
  ///
  /// @param name without SIG
  /// @throws IllegalArgumentException when the JVM or the system does not give the signal away
  static Restoration handle(String name, Consumer<String> action) {
    Consumer<Object> named = _ -> action.accept(name);
    MethodHandle bound = ACCEPT.bindTo(named).asType(MethodType.methodType(void.class, SIGNAL));
    Object signal = invoke(NAMED, name);
    Object before = invoke(HANDLE, signal, MethodHandleProxies.asInterfaceInstance(HANDLER, bound));
    return () -> invoke(HANDLE, signal, before);
  }

  private static Object invoke(MethodHandle method, Object... arguments) {
    try {
      return method.invokeWithArguments(arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static Class<?> type(String name) {
    try {
      return Class.forName(name);
    } catch (ClassNotFoundException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private Signals() {}
}
