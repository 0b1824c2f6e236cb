package neox.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import neox.base.pages.CommandPages;
import neox.base.pages.CommandPages.Shell;
import picocli.CommandLine;

/// The commands of every tool that its help does not list, since packages have used them already:
/// `generate-completion [bash|zsh|fish]` prints a completion, `generate-pages DIR` writes all that
/// a package contains of a tool ([CommandPages]).
final class PackagingCommands {
  private static final String COMPLETION = "generate-completion";
  private static final String PAGES = "generate-pages";

  static boolean isOne(String[] args) {
    return args.length > 0 && (args[0].equals(COMPLETION) || args[0].equals(PAGES));
  }

  static int run(CommandLine tool, String[] args, Console console) throws IOException {
    if (args[0].equals(PAGES)) {
      if (args.length != 2) {
        throw UserException.of("%s: expected a directory: %s DIR", PAGES, PAGES);
      }
      write(CommandPages.of(tool, Version.string()), Path.of(args[1]));
    } else {
      console.out().print(CommandPages.completion(tool, shell(args)));
    }
    console.out().flush();
    return ExitCode.OK;
  }

  static void write(Map<String, String> files, Path root) throws IOException {
    for (Map.Entry<String, String> each : files.entrySet()) {
      Path file = root.resolve(each.getKey());
      Files.createDirectories(file.resolveSibling(""));
      NamedFiles.writeString(file, each.getValue());
    }
  }

  private static Shell shell(String[] args) {
    String named = args.length == 1 ? "bash" : args[1];
    return Arrays.stream(Shell.values())
        .filter(shell -> args.length <= 2 && shell.name().toLowerCase(Locale.ROOT).equals(named))
        .findFirst()
        .orElseThrow(() ->
            UserException.of(
                "%s: expected bash, zsh or fish, found %s",
                COMPLETION, String.join(" ", Arrays.asList(args).subList(1, args.length))));
  }

  private PackagingCommands() {}
}
