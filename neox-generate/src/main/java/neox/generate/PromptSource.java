package neox.generate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import neox.base.Console;
import neox.base.ReadableFile;
import neox.base.UserException;
import neox.python.PythonText;

/// Where prompts come from.
sealed interface PromptSource {
  /// The prompts, in order; standard input is read when the source is `-`.
  List<String> read(Console console) throws IOException;

  /// How errors call it.
  String name();

  /// So many empty prompts.
  record Unconditional(int samples) implements PromptSource {
    public Unconditional {
      if (samples < 1) {
        throw UserException.of("--num-samples %d: expected at least 1", samples);
      }
    }

    @Override
    public List<String> read(Console console) {
      return Collections.nCopies(samples, "");
    }

    @Override
    public String name() {
      return "no prompt";
    }
  }

  /// What the command line says, white space included.
  record Given(List<String> prompts) implements PromptSource {
    public Given {
      prompts = List.copyOf(prompts);
    }

    @Override
    public List<String> read(Console console) {
      return prompts;
    }

    @Override
    public String name() {
      return "--prompt";
    }
  }

  /// A file, or standard input for `-`, split at `end`; lines end as Python reads them, and white
  /// space around prompts and empty prompts are dropped, as NeoX does.
  record FromFile(Path file, String end) implements PromptSource {
    public FromFile {
      if (end.isEmpty()) {
        throw new UserException("--prompt-end: expected at least one character");
      }
    }

    @Override
    public List<String> read(Console console) throws IOException {
      byte[] bytes =
          isStdin() ? ReadableFile.unmarked(console.in().readAllBytes()) : ReadableFile.bytes(file);
      List<String> prompts = new ArrayList<>();
      int changed = 0;
      for (String part :
          unixLines(ReadableFile.text(bytes, name())).split(Pattern.quote(end), -1)) {
        String prompt = PythonText.strip(part);
        if (!prompt.isEmpty()) {
          prompts.add(prompt);
          changed += part.equals(prompt) ? 0 : 1;
        }
      }
      if (changed > 0) {
        console.info(
            "%s: %d prompts lost the white space around them, as in GPT-NeoX; --prompt TEXT keeps it",
            name(), changed);
      }
      if (prompts.isEmpty()) {
        throw new UserException(name() + ": no prompts in it");
      }
      return prompts;
    }

    /// Python's text mode ends lines with `\n`, however the file ends them.
    private static String unixLines(String text) {
      return text.replace("\r\n", "\n").replace('\r', '\n');
    }

    private boolean isStdin() {
      return file.toString().equals("-");
    }

    @Override
    public String name() {
      return isStdin() ? "standard input" : file.toString();
    }
  }
}
