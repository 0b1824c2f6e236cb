package neox.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.MalformedInputException;
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
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureReportTest {
  /// Every kind of failure that ends a tool, its exit code and its line.
  static Stream<Arguments> kinds() {
    return Stream.of(
        Arguments.of(new UserException("a.yml:3: no"), 2, "a.yml:3: no"),
        Arguments.of(UserException.of("%s: no", "100%"), 2, "100%: no"),
        Arguments.of(new UserException("a\u001b[31m\nb: no"), 2, "a\\u001b[31m\\nb: no"),
        Arguments.of(
            new InvalidPathException("a\0b", "Nul character not allowed"),
            2,
            "'a\\u0000b' cannot name a file: Nul character not allowed"),
        Arguments.of(new NoSuchFileException("a"), 2, "a: no such file or directory"),
        Arguments.of(new NoSuchFileException("a\rb"), 2, "a\\rb: no such file or directory"),
        Arguments.of(new FileNotFoundException("a (No such file)"), 2, "a (No such file)"),
        Arguments.of(new AccessDeniedException("a"), 1, "a: permission denied"),
        Arguments.of(new FileAlreadyExistsException("a"), 1, "a: already exists"),
        Arguments.of(new DirectoryNotEmptyException("a"), 1, "a: directory is not empty"),
        Arguments.of(new NotDirectoryException("a"), 1, "a: not a directory"),
        Arguments.of(new NotLinkException("a"), 1, "a: not a symbolic link"),
        Arguments.of(
            new FileSystemLoopException("a"), 1, "a: its symbolic links go round in a circle"),
        Arguments.of(
            new AtomicMoveNotSupportedException("a", "b", "Invalid cross-device link"),
            1,
            "a -> b: cannot be renamed to another file system"),
        Arguments.of(new FileSystemException("a", null, "Is full"), 1, "a: Is full"),
        Arguments.of(new FileSystemException("a", "b", "Is full"), 1, "a -> b: Is full"),
        Arguments.of(new FileSystemException("a"), 1, "a: failed, and the system does not say why"),
        Arguments.of(new FileSystemException(null, null, "Is full"), 1, "Is full"),
        Arguments.of(new IOException("no answer\nmore"), 1, "no answer\\nmore"),
        Arguments.of(new IOException(), 1, "IOException"),
        Arguments.of(new IOException("Broken pipe"), 1, "Broken pipe"),
        Arguments.of(new EOFException(), 1, "a file ends too early"),
        Arguments.of(new EOFException("a: cut off"), 1, "a: cut off"),
        Arguments.of(new ZipException(), 1, "a damaged archive"),
        Arguments.of(new ZipException("invalid block type"), 1, "invalid block type"),
        Arguments.of(new MalformedInputException(1), 1, "text that is not UTF-8"),
        Arguments.of(new ClosedChannelException(), 1, "a file was closed while it was in use"),
        Arguments.of(new UnknownHostException("hub.test"), 1, "unknown host hub.test"),
        Arguments.of(wrapped(), 2, "a: no such file or directory"),
        Arguments.of(new ExecutionException(wrapped()), 2, "a: no such file or directory"),
        Arguments.of(new CompletionException(wrapped()), 2, "a: no such file or directory"),
        Arguments.of(
            new DirectoryIteratorException(new AccessDeniedException("a")),
            1,
            "a: permission denied"),
        Arguments.of(new InterruptedException(), 1, "interrupted"),
        Arguments.of(new OutOfMemoryError("no 9 GB"), 1, "out of memory: no 9 GB"),
        Arguments.of(
            new InternalError("a fault occurred in an unsafe memory access operation"),
            1,
            "a file that is being read was shortened, or its disk failed; run it again when"
                + " nothing writes to the input"));
  }

  private static UncheckedIOException wrapped() {
    return new UncheckedIOException(new NoSuchFileException("a"));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void saysInOneLineWhatFailed(Throwable failure, int exitCode, String line) {
    assertThat(FailureReport.of(failure))
        .isEqualTo(new FailureReport(exitCode, List.of(line)))
        .satisfies(report -> assertThat(report.lines()).containsExactly(line));
  }

  @Test
  void hasALineForEachOfSeveralProblemsButNotForALineFeedInOne() {
    UserException several = UserException.ofAll(List.of("a.yml:1: no", "a.yml:2: x\ny"));
    assertThat(FailureReport.of(several).lines()).containsExactly("a.yml:1: no", "a.yml:2: x\\ny");
    assertThat(several).hasMessage("a.yml:1: no\na.yml:2: x\ny");
  }

  @Test
  void countsTheProblemsThatItLeavesOut() {
    List<String> lines =
        FailureReport.of(UserException.ofAll(Collections.nCopies(1_500, "no"))).lines();
    assertThat(lines).hasSize(101).endsWith("no", "… and 1,400 more");
  }

  @Test
  void showsTheTraceOfABugWithoutControlCharacters() {
    FailureReport report = FailureReport.of(new IllegalStateException("x\u001b]0;y\u0007"));
    assertThat(report.exitCode()).isEqualTo(1);
    assertThat(report.lines())
        .startsWith(
            "internal error, please report this:",
            "java.lang.IllegalStateException: x\\u001b]0;y\\u0007")
        .anyMatch(line -> line.startsWith("    at neox.base.FailureReportTest"));
    assertThat(FailureReport.of(new StackOverflowError()).lines().get(1))
        .isEqualTo("java.lang.StackOverflowError");
  }
}
