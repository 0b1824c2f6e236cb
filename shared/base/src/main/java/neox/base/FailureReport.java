package neox.base;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import neox.base.terminal.Printable;

/// What a tool that failed tells its caller.
///
/// @param lines one for each problem, fit to be printed
record FailureReport(int exitCode, List<String> lines) {
  private static final int MOST_LINES = 100;

  FailureReport {
    lines = bounded(lines);
  }

  /// What was told by somebody else.
  static FailureReport told(List<String> lines) {
    return new FailureReport(ExitCode.FAILED, lines);
  }

  static FailureReport of(Throwable failure) {
    return switch (failure) {
      case UserException e -> new FailureReport(ExitCode.USAGE, e.problems());
      case InvalidPathException e ->
          one(ExitCode.USAGE, "'" + e.getInput() + "' cannot name a file: " + e.getReason());
      case NoSuchFileException e -> one(ExitCode.USAGE, describe(e));
      case FileNotFoundException e -> one(ExitCode.USAGE, describe(e));
      case IOException e -> one(ExitCode.FAILED, describe(e));
      case InterruptedException _ -> one(ExitCode.FAILED, "interrupted");
      case OutOfMemoryError e -> one(ExitCode.FAILED, "out of memory: " + shortage(e));
      case StandardOutput.Failure e -> one(ExitCode.FAILED, e.report());
      case UncheckedIOException e -> ofCause(e);
      case DirectoryIteratorException e -> ofCause(e);
      case ExecutionException e -> ofCause(e);
      case CompletionException e -> ofCause(e);
      case InternalError e when isLostPage(e) ->
          one(
              ExitCode.FAILED,
              "a file that is being read was shortened, or its disk failed; run it again when"
                  + " nothing writes to the input");
      default -> bug(failure);
    };
  }

  /// What a page of a mapped file is answered with when the file no longer has it.
  private static boolean isLostPage(InternalError e) {
    return Objects.requireNonNullElse(e.getMessage(), "").contains("unsafe memory access");
  }

  private static FailureReport ofCause(Throwable wrapper) {
    Throwable cause = wrapper.getCause();
    return cause == null ? bug(wrapper) : of(cause);
  }

  private static FailureReport one(int exitCode, String line) {
    return new FailureReport(exitCode, List.of(line));
  }

  private static FailureReport bug(Throwable failure) {
    StringWriter trace = new StringWriter();
    failure.printStackTrace(new PrintWriter(trace, true));
    return new FailureReport(
        ExitCode.FAILED,
        Stream.concat(
                Stream.of("internal error, please report this:"),
                trace.toString().lines().map(line -> line.replaceFirst("^\t", "    ")))
            .toList());
  }

  /// The file, where it is known, and the reason.
  static String describe(IOException e) {
    return e instanceof FileSystemException file ? place(file) + reason(file) : reason(e);
  }

  private static String place(FileSystemException e) {
    if (e.getFile() == null) {
      return "";
    }
    return e.getOtherFile() == null
        ? e.getFile() + ": "
        : e.getFile() + " -> " + e.getOtherFile() + ": ";
  }

  private static String reason(FileSystemException e) {
    return switch (e) {
      case NoSuchFileException _ -> "no such file or directory";
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "already exists";
      case NotDirectoryException _ -> "not a directory";
      case DirectoryNotEmptyException _ -> "directory is not empty";
      case NotLinkException _ -> "not a symbolic link";
      case FileSystemLoopException _ -> "its symbolic links go round in a circle";
      case AtomicMoveNotSupportedException _ -> "cannot be renamed to another file system";
      default ->
          Objects.requireNonNullElse(e.getReason(), "failed, and the system does not say why");
    };
  }

  private static String reason(IOException e) {
    String message = e.getMessage();
    return switch (e) {
      case CharacterCodingException _ -> "text that is not UTF-8";
      case ClosedChannelException _ -> "a file was closed while it was in use";
      case EOFException _ when message == null -> "a file ends too early";
      case ZipException _ when message == null -> "a damaged archive";
      case UnknownHostException _ -> "unknown host " + Objects.requireNonNullElse(message, "");
      default -> Objects.requireNonNullElse(message, e.getClass().getSimpleName());
    };
  }

  /// What is short: Java's own heap has a limit that the user can raise.
  private static String shortage(OutOfMemoryError e) {
    String message = Objects.requireNonNullElse(e.getMessage(), "");
    if (!message.startsWith("Java heap space")) {
      return message;
    }
    long megabytes = Runtime.getRuntime().maxMemory() / 1_000_000;
    return "the Java heap of %,d MB is full; raise it with NEOX_JAVA_OPTS=-Xmx4g or the like"
        .formatted(megabytes);
  }

  private static List<String> bounded(List<String> lines) {
    List<String> printable = new ArrayList<>();
    lines.stream().limit(MOST_LINES).map(Printable::line).forEach(printable::add);
    if (lines.size() > MOST_LINES) {
      printable.add("… and %,d more".formatted(lines.size() - MOST_LINES));
    }
    return List.copyOf(printable);
  }
}
