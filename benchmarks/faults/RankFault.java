import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A Java agent that does something to the rank it is loaded into, at a moment told by the calls
/// that one of its threads is in. Used by `faults-ranks.sh`, which says what in the environment:
///
///   FAULT         RANK WHAT THREAD FRAME…: WHAT is the name of a signal, DROP (the rank's TCP
///                 connections are shut down) or FULL (it can write no file beyond 20 kB)
///   FAULT_AT      `entry`: where the last FRAME is entered; else somewhere within it, which misses
///                 what is over in microseconds
///   FAULT_AFTER   a path that must exist first; may be empty
///   FAULT_MARK    a file that is made when it is done, at most once; it holds the time
///   FAULT_PIDS    a file to which every rank adds its process id
public final class RankFault {
  private static final String KILOBYTES_20 = "20480";

  private static List<String> awaited = List.of();

  public static void premain(String options, Instrumentation instrumentation) throws IOException {
    String rank = System.getenv("RANK");
    if (rank == null) {
      return; // the agent itself
    }
    Files.writeString(
        Path.of(System.getenv("FAULT_PIDS")),
        ProcessHandle.current().pid() + "\n",
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
    List<String> words = List.of(System.getenv("FAULT").split(" "));
    if (!words.getFirst().equals(rank)) {
      return;
    }
    if (System.getenv("FAULT_AT").equals("entry")) {
      awaited = words;
      instrumentation.addTransformer(callsAtEntry(words.getLast()));
    } else {
      Thread.ofPlatform().name("fault").daemon().start(() -> strike(words));
    }
  }

  /// Lets a method begin with a call of [#entered].
  private static ClassFileTransformer callsAtEntry(String frame) {
    String[] names = frame.split("\\.");
    CodeTransform call =
        new CodeTransform() {
          @Override
          public void atStart(CodeBuilder code) {
            code.invokestatic(
                RankFault.class.describeConstable().orElseThrow(),
                "entered",
                MethodTypeDesc.of(ConstantDescs.CD_void));
          }

          @Override
          public void accept(CodeBuilder code, CodeElement element) {
            code.with(element);
          }
        };
    ClassTransform transform =
        ClassTransform.transformingMethodBodies(
            method -> method.methodName().equalsString(names[1]), call);
    return new ClassFileTransformer() {
      @Override
      public byte[] transform(
          ClassLoader loader, String name, Class<?> old, ProtectionDomain domain, byte[] bytes) {
        if (!name.endsWith("/" + names[0])) {
          return null;
        }
        try {
          ClassFile file = ClassFile.of();
          return file.transformClass(file.parse(bytes), transform);
        } catch (RuntimeException e) {
          e.printStackTrace();
          return null;
        }
      }
    };
  }

  /// What the method calls.
  public static void entered() {
    Thread thread = Thread.currentThread();
    if (thread.getName().equals(awaited.get(2))
        && Files.exists(Path.of(System.getenv("FAULT_AFTER")))
        && isIn(thread, awaited.subList(3, awaited.size()))) {
      strikeOnce(awaited.get(1));
    }
  }

  private static void strike(List<String> words) {
    Path after = Path.of(System.getenv("FAULT_AFTER"));
    List<String> frames = words.subList(3, words.size());
    while (!Files.exists(after) || !isIn(words.get(2), frames)) {
      LockSupport.parkNanos(20_000);
    }
    strikeOnce(words.get(1));
  }

  private static void strikeOnce(String what) {
    try {
      Path mark = Path.of(System.getenv("FAULT_MARK"));
      Files.writeString(mark, "", StandardOpenOption.CREATE_NEW);
      Files.writeString(mark, System.currentTimeMillis() + "\n");
      act(what);
    } catch (FileAlreadyExistsException e) {
      // Once is enough.
    } catch (Throwable e) {
      e.printStackTrace();
    }
  }

  private static boolean isIn(String thread, List<String> frames) {
    Thread[] threads = new Thread[Thread.activeCount() + 16];
    int count = Thread.enumerate(threads);
    for (int i = 0; i < count; i++) {
      if (threads[i].getName().equals(thread) && isIn(threads[i], frames)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isIn(Thread thread, List<String> frames) {
    StackTraceElement[] stack = thread.getStackTrace();
    return frames.stream().allMatch(frame -> isIn(stack, frame));
  }

  private static boolean isIn(StackTraceElement[] stack, String frame) {
    return Arrays.stream(stack)
        .anyMatch(call -> (call.getClassName() + "." + call.getMethodName()).endsWith("." + frame));
  }

  private static void act(String what) throws Throwable {
    switch (what) {
      case "DROP" -> dropConnections();
      case "FULL" ->
          new ProcessBuilder(
                  "prlimit", "--pid", "" + ProcessHandle.current().pid(), "--fsize=" + KILOBYTES_20)
              .inheritIO()
              .start()
              .waitFor();
      default -> raise(what);
    }
  }

  private static void raise(String signal) throws Throwable {
    int number =
        switch (signal) {
          case "KILL" -> 9;
          case "TERM" -> 15;
          case "STOP" -> 19;
          default -> throw new IllegalArgumentException(signal);
        };
    int _ = (int) call("kill").invokeExact((int) ProcessHandle.current().pid(), number);
  }

  /// A function of libc that takes two numbers.
  private static MethodHandle call(String name) {
    return Linker.nativeLinker()
        .downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow(name),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
  }

  /// As if a switch or a firewall between the hosts had forgotten them.
  private static void dropConnections() throws Throwable {
    MethodHandle shutdown = call("shutdown");
    Set<String> connected = connectedInodes();
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      for (Path file : files.toList()) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)
            && connected.contains(Files.readSymbolicLink(file).toString())) {
          int both = 2;
          int _ = (int) shutdown.invokeExact(Integer.parseInt(file.getFileName().toString()), both);
        }
      }
    }
  }

  /// `socket:[INODE]` of all established connections of this machine.
  private static Set<String> connectedInodes() throws IOException {
    String established = "01";
    return Stream.of("/proc/self/net/tcp", "/proc/self/net/tcp6")
        .map(Path::of)
        .flatMap(file -> {
          try {
            return Files.readAllLines(file).stream().skip(1);
          } catch (IOException e) {
            return Stream.of();
          }
        })
        .map(line -> line.strip().split("\\s+"))
        .filter(columns -> columns[3].equals(established))
        .map(columns -> "socket:[" + columns[9] + "]")
        .collect(Collectors.toSet());
  }

  private RankFault() {}
}
