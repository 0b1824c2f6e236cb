package neox.generate.interactive;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/// The terminal of the process, with line editing and a history. Only this class and [PromptParser]
/// know JLine, which is loaded with them: nobody else waits for it.
///
/// Between lines, too, the terminal echoes nothing and passes on each key at once: what is typed
/// while an answer is written waits for the next line.
final class LineEditor implements AutoCloseable {
  private final Terminal terminal;
  private final Attributes before;
  private final LineReader reader;
  private final PromptParser parser;
  private String rest = "";

  /// What a person did.
  sealed interface Input {
    /// Typed a prompt.
    record Prompt(String text) implements Input {}

    /// Pressed Ctrl-C: the line is dropped.
    record Dropped() implements Input {}

    /// Pressed Ctrl-D on an empty line, or closed the terminal.
    record Ended() implements Input {}
  }

  private LineEditor(Terminal terminal, PromptParser parser) {
    this.terminal = terminal;
    this.parser = parser;
    this.before = terminal.getAttributes();
    terminal.setAttributes(silent(before));
    this.reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(parser)
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true) // "!" is a letter of prompts
            .option(LineReader.Option.HISTORY_IGNORE_SPACE, false)
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, "... ")
            .build();
  }

  /// Takes over the terminal until [#close].
  ///
  /// @param end of a prompt; one line is a prompt where that is a line break
  /// @param interrupted called on Ctrl-C when no line is being read
  static LineEditor open(String end, Runnable interrupted) throws IOException {
    Terminal terminal =
        TerminalBuilder.builder()
            .system(true)
            .provider(TerminalBuilder.PROP_PROVIDER_FFM)
            .encoding(StandardCharsets.UTF_8)
            .nativeSignals(true)
            .build();
    terminal.handle(Terminal.Signal.INT, _ -> interrupted.run());
    return new LineEditor(terminal, new PromptParser(end));
  }

  /// Neither echo nor lines, but signals.
  private static Attributes silent(Attributes usual) {
    Attributes silent = new Attributes(usual);
    silent.setLocalFlag(Attributes.LocalFlag.ECHO, false);
    silent.setLocalFlag(Attributes.LocalFlag.ICANON, false);
    silent.setLocalFlag(Attributes.LocalFlag.ISIG, true);
    silent.setControlChar(Attributes.ControlChar.VMIN, 1);
    silent.setControlChar(Attributes.ControlChar.VTIME, 0);
    return silent;
  }

  /// Reads a prompt. What stands behind the end of one begins the next.
  Input read(String question) {
    try {
      String line = reader.readLine(question, null, (Character) null, rest);
      PromptParser.Cut cut = parser.cut(line);
      rest = cut.rest();
      return new Input.Prompt(cut.prompt());
    } catch (UserInterruptException e) {
      rest = "";
      return new Input.Dropped();
    } catch (EndOfFileException e) {
      return new Input.Ended();
    }
  }

  /// Shows a text at once.
  void print(String text) {
    terminal.writer().print(text);
    terminal.writer().flush();
  }

  @Override
  public void close() throws IOException {
    terminal.setAttributes(before);
    terminal.close();
  }
}
