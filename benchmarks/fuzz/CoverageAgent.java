import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.concurrent.atomic.AtomicInteger;

/// Has the code of the tools (`neox.*`) count in [Edges] where it goes: at the beginning of a
/// method, where branches and handlers lead to, and where a branch that was not taken goes on.
///
/// An agent of the JVM, by the class-file API of Java 24.
public final class CoverageAgent {
  private static final ClassDesc EDGES = ClassDesc.of("Edges");
  private static final MethodTypeDesc HIT =
      MethodTypeDesc.of(ConstantDescs.CD_void, ConstantDescs.CD_int);
  private static final AtomicInteger PLACES = new AtomicInteger();

  /// Called by the JVM before `main`.
  public static void premain(String arguments, Instrumentation instrumentation) {
    instrumentation.addTransformer(
        new ClassFileTransformer() {
          @Override
          public byte[] transform(
              ClassLoader loader,
              String name,
              Class<?> redefined,
              ProtectionDomain domain,
              byte[] bytes) {
            return name != null && name.startsWith("neox/") ? counting(name, bytes) : null;
          }
        });
  }

  /// How many places there are in the classes that were loaded so far.
  static int places() {
    return PLACES.get();
  }

  private static byte[] counting(String name, byte[] bytes) {
    try {
      ClassFile classes =
          ClassFile.of(
              ClassFile.ClassHierarchyResolverOption.of(
                  ClassHierarchyResolver.ofResourceParsing(ClassLoader.getSystemClassLoader())));
      return classes.transformClass(
          classes.parse(bytes),
          ClassTransform.transformingMethodBodies(CodeTransform.ofStateful(Counting::new)));
    } catch (RuntimeException e) {
      System.err.println("not instrumented: " + name + ": " + e);
      return null;
    }
  }

  /// Of one method.
  private static final class Counting implements CodeTransform {
    /// Whether the next instruction begins a piece of code that is reached in another way.
    private boolean begins = true;

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
      if (element instanceof Instruction && begins) {
        // Not at the label itself: it may be the end of the method.
        int place = PLACES.getAndIncrement() % Edges.SIZE;
        code.loadConstant(place).invokestatic(EDGES, "hit", HIT);
        begins = false;
      }
      code.with(element);
      begins |= element instanceof LabelTarget || element instanceof BranchInstruction;
    }
  }

  private CoverageAgent() {}
}
