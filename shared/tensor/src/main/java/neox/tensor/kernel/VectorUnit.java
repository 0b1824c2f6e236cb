package neox.tensor.kernel;

/// Whether this JVM computes with vectors as wide as the kernels need them.
///
/// The Vector API is a module that the JVM resolves only when it is asked to, and with a warning to
/// every user when it is asked on the command line (`--add-modules`). The JDK has a way to add one
/// of its modules later, which it goes itself for agents; where it is open to us (`--add-exports
/// java.base/jdk.internal.module=ALL-UNNAMED`), the module is loaded when the first product is due,
/// and programs that compute nothing do not pay for it.
final class VectorUnit {
  private static final String MODULE = "jdk.incubator.vector";

  /// A property that leaves everything to libtorch: the JVM's cache of loaded classes
  /// (`packaging/dist.sh`) cannot hold any that know of a module that was loaded later.
  private static final String OFF = "neox.withoutVectors";

  /// Looked for once.
  private static final boolean THERE = isLoaded() && Lanes.areWide();

  static boolean isThere() {
    return THERE;
  }

  private static boolean isLoaded() {
    if (Boolean.getBoolean(OFF)) {
      return false;
    }
    if (ModuleLayer.boot().findModule(MODULE).isPresent()) {
      return true;
    }
    try {
      Class.forName("jdk.internal.module.Modules")
          .getMethod("loadModule", String.class)
          .invoke(null, MODULE);
      return true;
    } catch (ReflectiveOperationException e) {
      return false; // then libtorch computes
    }
  }

  private VectorUnit() {}
}
