package neox.generate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import neox.base.NamedFiles;
import neox.base.UserException;

/// Where prompts come from.
sealed interface PromptSource {
  /// The prompts, in order; `stdin` is read when the source is `-`.
  List<String> read(InputStream stdin) throws IOException;

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
    public List<String> read(InputStream stdin) {
      return Collections.nCopies(samples, "");
    }

    @Override
    public String name() {
      return "no prompt";
    }
  }

  /// A file, or standard input for `-`, split at `end`; white space around prompts and empty
  /// prompts are dropped, as NeoX does.
  record FromFile(Path file, String end) implements PromptSource {
    public FromFile {
      if (end.isEmpty()) {
        throw new UserException("--prompt-end: expected at least one character");
      }
    }

    @Override
    public List<String> read(InputStream stdin) throws IOException {
      if (!isStdin() && Files.isDirectory(file)) {
        throw UserException.of("%s: is a directory; expected a file of prompts", file);
      }
      byte[] bytes = isStdin() ? stdin.readAllBytes() : NamedFiles.readAllBytes(file);
      List<String> prompts =
          Arrays.stream(decode(bytes).split(Pattern.quote(end), -1))
              .map(String::strip)
              .filter(prompt -> !prompt.isEmpty())
              .toList();
      if (prompts.isEmpty()) {
        throw new UserException(name() + ": no prompts in it");
      }
      return prompts;
    }

    private String decode(byte[] bytes) {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      } catch (CharacterCodingException e) {
        throw new UserException(name() + ": not valid UTF-8", e);
      }
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
