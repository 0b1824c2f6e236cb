package neox.generate.rows;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.base.Console;
import neox.base.Progress;
import neox.base.UserException;
import neox.base.progress.ProgressUnit;
import neox.generate.rows.LineSource.Line;
import neox.generate.sample.Answers;
import neox.generate.sample.Answers.Prompt;
import neox.generate.sample.InOrder;
import neox.generate.sample.Sample;
import neox.generate.sample.SampleSink;
import neox.generate.sample.SampleWriter;
import neox.inference.GenerationRequest;
import neox.inference.RequestSource.Patience;
import org.jspecify.annotations.Nullable;

/// Answers rows as they come: a row is begun when there is room for it beside those that are being
/// answered, and written when it is answered. Mutable.
public final class RowRun {
  /// Reads before what they give is needed.
  private static final int AHEAD = 16;

  private final RowFormat format;
  private final Answers answers;
  private final Console console;
  private final SampleWriter writer;
  private final InOrder order;
  private final Map<Integer, Open> open = new HashMap<>();
  private final List<String> fields;
  private int begun;
  private long answered;
  private long skipped;
  private @Nullable UserException refused;

  /// A row that is being answered. Mutable.
  private static final class Open {
    private final Row row;
    private final Prompt prompt;
    private int missing;

    Open(Row row, Prompt prompt, int samples) {
      this.row = row;
      this.prompt = prompt;
      this.missing = samples;
    }
  }

  public RowRun(RowFormat format, Answers answers, SampleWriter writer, Console console) {
    this.format = format;
    this.answers = answers;
    this.console = console;
    this.writer = writer;
    this.order = new InOrder(writer);
    this.fields = Sample.fieldsWith(answers.writing().details());
  }

  /// Answers all rows; with [OnError#STOP] those before the first that cannot be answered, which is
  /// thrown then as [UserException].
  public void run() throws IOException {
    try (LineSource lines = LineSource.of(format.open(console), AHEAD);
        Progress progress = new Progress(console, "answering", 0, ProgressUnit.REQUESTS)) {
      SampleSink.Listener listener =
          (request, sample, finished) -> {
            finish(request, sample, finished);
            progress.update(answered, "");
          };
      SampleSink sink = new SampleSink(answers, i -> at(i).prompt, listener);
      answers.model().generate(patience -> next(lines, patience), answers.decoding(), sink);
    }
    if (refused != null) {
      throw refused;
    }
    if (skipped > 0) {
      console.warn("%s: %d rows skipped, %d answered", format.name(), skipped, begun);
    }
  }

  private Open at(int request) {
    return Objects.requireNonNull(open.get(request));
  }

  private Optional<GenerationRequest> next(LineSource lines, Patience patience) {
    try {
      Optional<Line> line = lines.next(patience);
      while (line.isPresent() && refused == null) {
        Optional<GenerationRequest> request = begin(line.get());
        if (request.isPresent()) {
          return request;
        }
        line = lines.next(patience);
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// What the model is asked for a line; empty when that cannot be answered.
  private Optional<GenerationRequest> begin(Line line) {
    String where = format.name() + ":" + line.number();
    try {
      Row row = Row.parse(line.text(where), where, format.key(), fields);
      Prompt prompt = answers.requireFits(read(row, where), where + ": the prompt");
      open.put(begun++, new Open(row, prompt, answers.writing().samples()));
      return Optional.of(answers.request(prompt, line.number() - 1));
    } catch (UserException e) {
      switch (format.onError()) {
        case STOP -> refused = e;
        case SKIP -> {
          skipped++;
          console.warn("%s; skipped", Objects.toString(e.getMessage()));
        }
      }
      return Optional.empty();
    }
  }

  private Prompt read(Row row, String where) {
    try {
      return answers.prompt(row.prompt());
    } catch (UserException e) {
      throw UserException.of("%s: %s", where, Objects.toString(e.getMessage()));
    }
  }

  private void finish(int request, int sample, Sample finished) {
    Open row = at(request);
    String answer = row.row.answer(finished);
    if (--row.missing == 0) {
      open.remove(request);
      answered++;
    }
    try {
      switch (format.order()) {
        case INPUT -> order.write((long) request * answers.writing().samples() + sample, answer);
        case COMPLETION -> writer.write(answer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
