import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
///   FAULT_AFTER   a path that must exist first; may be empty
///   FAULT_MARK    a file that is made when it is done, at most once; it holds the time
///   FAULT_PIDS    a file to which every rank adds its process id
final class RankFault {
  private static final String KILOBYTES_20 = "20480";

  public static void premain(String options) throws IOException {
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
    if (words.getFirst().equals(rank)) {
      Thread.ofPlatform().name("fault").daemon().start(() -> strike(words));
    }
  }

  private static void strike(List<String> words) {
    Path after = Path.of(System.getenv("FAULT_AFTER"));
    List<String> frames = words.subList(3, words.size());
    try {
      while (!Files.exists(after) || !isIn(words.get(2), frames)) {
        LockSupport.parkNanos(20_000);
      }
      Path mark = Path.of(System.getenv("FAULT_MARK"));
      Files.writeString(mark, "", StandardOpenOption.CREATE_NEW);
      Files.writeString(mark, System.currentTimeMillis() + "\n");
      act(words.get(1));
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
      if (threads[i].getName().equals(thread)) {
        StackTraceElement[] stack = threads[i].getStackTrace();
        if (frames.stream().allMatch(frame -> isIn(stack, frame))) {
          return true;
        }
      }
    }
    return false;
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
