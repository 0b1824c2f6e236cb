package neox.generate.interactive;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import neox.base.terminal.Printable;
import neox.generate.interactive.LineEditor.Input;
import neox.generate.sample.Answers;
import neox.generate.sample.Answers.Prompt;
import neox.generate.sample.Output.Format;
import neox.generate.sample.Sample;
import neox.generate.sample.SampleSink;
import neox.generate.sample.SampleWriter;
import neox.inference.GenerationRequest;
import neox.inference.GenerationSink.Flow;

/// A person types prompts and reads answers, which appear as they are written: Ctrl-C drops the
/// line, or stops the answer, and Ctrl-D ends the session. The words are GPT-NeoX's; what has been
/// said stays on the screen, and nobody need press a key to go on. Mutable.
public final class Conversation {
  private static final String QUESTION = "Context prompt >>> ";

  private final Answers answers;
  private final SampleWriter record;
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private long turns;

  /// @param record is given each sample as JSON, besides the terminal
  public Conversation(Answers answers, SampleWriter record) {
    this.answers = answers;
    this.record = record;
  }

  /// Takes over the terminal until the person ends it.
  ///
  /// @param promptEnd what ends a prompt
  public void run(String promptEnd) throws IOException {
    try (LineEditor editor = LineEditor.open(promptEnd, () -> interrupted.set(true))) {
      Input input = editor.read(QUESTION);
      while (!(input instanceof Input.Ended)) {
        if (input instanceof Input.Prompt(String text)) {
          answer(answers.prompt(text), editor);
        }
        input = editor.read(QUESTION);
      }
    }
  }

  private void answer(Prompt prompt, LineEditor editor) {
    int length = prompt.tokens().length;
    if (length >= answers.longest() - 1) { // NeoX compat: its sentence, but the session goes on
      editor.print("\nContext length" + length + "\nReached max sequence length!\n\n");
      return;
    }
    interrupted.set(false);
    editor.print("Generated Text: ");
    GenerationRequest request = answers.request(prompt, turns++);
    SampleSink sink = new SampleSink(answers, _ -> prompt, new Screen(editor));
    answers.model().generate(List.of(request), answers.decoding(), sink);
    editor.print("\n\n");
  }

  /// Shows an answer while it grows.
  private final class Screen implements SampleSink.Listener {
    private final LineEditor editor;

    Screen(LineEditor editor) {
      this.editor = editor;
    }

    @Override
    public Flow grown(String piece) {
      editor.print(Printable.text(piece));
      return interrupted.get() ? Flow.STOP : Flow.CONTINUE;
    }

    @Override
    public void finished(int request, int sample, Sample finished) {
      finished.message().ifPresent(editor::print);
      try {
        record.write(finished.written(Format.JSON));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
