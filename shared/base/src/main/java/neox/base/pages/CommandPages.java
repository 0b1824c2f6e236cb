package neox.base.pages;

import java.util.LinkedHashMap;
import java.util.Map;
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

  /// What a distribution contains of a tool: completions and manual pages under `share`, where
  /// shells and `man` look for them, and help pages under `lib/help`.
  ///
  /// @return file below the distribution → text
  public static Map<String, String> of(CommandLine tool, String version) {
    String name = tool.getCommandName();
    Map<String, String> files = new LinkedHashMap<>();
    files.put("share/bash-completion/completions/" + name, completion(tool, Shell.BASH));
    files.put("share/zsh/site-functions/_" + name, completion(tool, Shell.ZSH));
    files.put("share/fish/vendor_completions.d/" + name + ".fish", completion(tool, Shell.FISH));
    for (CommandSpec command : Commands.all(tool.getCommandSpec())) {
      files.put("share/man/man1/" + ManPage.name(command) + ".1", ManPage.of(command, version));
      String page = String.join(".", Commands.path(command));
      files.put("lib/help/" + page, HelpText.page(command).kept());
    }
    return files;
  }

  private CommandPages() {}
}
