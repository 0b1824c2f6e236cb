package neox.base;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.text.Utf8Check;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// What a tool says to arguments that it cannot take.
final class UsageReport {
  /// The mistake, and a line on what to do.
  static FailureReport of(ParameterException e, String[] args) {
    CommandSpec command = e.getCommandLine().getCommandSpec();
    List<String> lines = new ArrayList<>();
    lines.add(String.valueOf(e.getMessage()));
    Optional<String> advice =
        e instanceof UnmatchedArgumentException unmatched
            ? advice(command, unmatched.getUnmatched(), List.of(args))
            : Optional.empty();
    if (advice.isPresent()) {
      lines.add(advice.get());
    } else if (!suggested(e, lines)) {
      lines.add("Try '" + command.qualifiedName() + " --help'.");
    }
    return new FailureReport(ExitCode.USAGE, lines);
  }

  private static Optional<String> advice(
      CommandSpec command, List<String> unmatched, List<String> args) {
    String first = unmatched.getFirst();
    int next = args.indexOf(first) + 1;
    List<String> following = args.subList(next, args.size());
    return Stream.concat(Stream.of(command), command.mixins().values().stream())
        .map(CommandSpec::userObject)
        .filter(Advice.class::isInstance)
        .map(object -> ((Advice) object).about(first, following))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static boolean suggested(ParameterException e, List<String> lines) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    boolean suggested = UnmatchedArgumentException.printSuggestions(e, stream);
    bytes.toString(StandardCharsets.UTF_8).lines().forEach(lines::add);
    return suggested;
  }

  /// Java reads arguments as UTF-8 and puts U+FFFD where they are not: a file of such a name cannot
  /// be opened, and would be called missing.
  static void refuseUnreadable(String[] args) {
    for (String argument : args) {
      if (argument.contains("\ufffd") && !wasGivenSo()) {
        throw UserException.of(
            "'%s' is not UTF-8, and Java can open no file of such a name; rename it, or name a"
                + " directory that it lies in",
            argument);
      }
    }
  }

  /// Whether U+FFFD itself was typed: then the command line is UTF-8 (Linux shows its bytes).
  private static boolean wasGivenSo() {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc/self/cmdline"));
      return Utf8Check.firstInvalid(line, 0, line.length) < 0;
    } catch (IOException e) {
      return true;
    }
  }

  private UsageReport() {}
}
