package neox.base.pages;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.NamedFiles;
import neox.base.help.HelpText;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/// The pages of a tool, as they lie in a distribution.
public final class CommandPages {
  /// The shells that can complete a tool's words.
  public enum Shell {
    BASH,
    ZSH,
    FISH
  }

  /// The completion of a tool for a shell.
  public static String completion(CommandLine tool, Shell shell) {
    CommandSpec spec = tool.getCommandSpec();
    return switch (shell) {
      case BASH -> AutoComplete.bash(tool.getCommandName(), tool);
      case ZSH -> ZshCompletion.of(spec);
      case FISH -> FishCompletion.of(spec);
    };
  }

  /// Writes completions and manual pages under `root/share`, where shells and `man` look for them,
  /// and help pages under `root/lib/help`.
  public static void write(CommandLine tool, Path root) throws IOException {
    String name = tool.getCommandName();
    Path share = root.resolve("share");
    write(share.resolve("bash-completion/completions/" + name), completion(tool, Shell.BASH));
    write(share.resolve("zsh/site-functions/_" + name), completion(tool, Shell.ZSH));
    write(
        share.resolve("fish/vendor_completions.d/" + name + ".fish"), completion(tool, Shell.FISH));
    for (CommandSpec command : Commands.all(tool.getCommandSpec())) {
      write(share.resolve("man/man1/" + ManPage.name(command) + ".1"), ManPage.of(command));
      String page = String.join(".", Commands.path(command));
      write(root.resolve("lib/help/" + page), HelpText.page(command).kept());
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    NamedFiles.writeString(file, text);
  }

  private CommandPages() {}
}
