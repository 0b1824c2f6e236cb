package neox.generate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import neox.base.Console;
import neox.base.Progress;
import neox.base.progress.ProgressUnit;
import neox.generate.sample.Answers;
import neox.generate.sample.Answers.Prompt;
import neox.generate.sample.InOrder;
import neox.generate.sample.Output;
import neox.generate.sample.Sample;
import neox.generate.sample.SampleSink;
import neox.generate.sample.SampleWriter;

/// Continues prompts that are all known, and writes their samples in the order of the prompts.
///
/// @param prompts the texts
/// @param name of their source in errors
record PromptRun(List<String> prompts, String name, Output.Format format, Console console) {
  /// How many samples were written. All prompts become tokens first, so that one that does not fit
  /// is reported before the work begins.
  int write(Answers answers, SampleWriter writer) {
    List<Prompt> read = new ArrayList<>();
    for (String prompt : prompts) {
      String where = name + ": prompt " + (read.size() + 1);
      read.add(answers.requireFits(answers.prompt(prompt), where));
    }
    int each = answers.writing().samples();
    InOrder order = new InOrder(writer);
    int[] done = new int[1];
    long wanted = (long) each * read.size();
    try (Progress progress = new Progress(console, "generating", wanted, ProgressUnit.SAMPLES)) {
      SampleSink.Listener listener =
          (request, sample, finished) -> {
            write(order, (long) each * request + sample, finished);
            progress.update(++done[0], "");
          };
      answers
          .model()
          .generate(
              IntStream.range(0, read.size())
                  .mapToObj(i -> answers.request(read.get(i), i))
                  .toList(),
              answers.decoding(),
              new SampleSink(answers, read::get, listener));
    }
    return done[0];
  }

  private void write(InOrder order, long number, Sample sample) {
    try {
      order.write(number, sample.written(format));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
