package neox.generate;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import neox.base.Console;
import neox.base.Environment;
import neox.base.UserException;
import neox.base.terminal.Terminal;
import neox.base.text.ShellWord;
import neox.generate.interactive.Conversation;
import neox.generate.precompute.Datasets;
import neox.generate.precompute.PrecomputeRun;
import neox.generate.rows.RowFormat;
import neox.generate.rows.RowRun;
import neox.generate.sample.Answers;
import neox.generate.sample.SampleWriter;
import neox.inference.load.LoadedModel;
import neox.inference.load.ModelLoader;
import neox.inference.load.ModelOptions;
import neox.tensor.NativeRuntime;

/// Loads the model and does what the settings say. What cannot be read or written is refused
/// before.
record GenerateRun(GenerateSettings settings, Console console) {
  /// What is done with a model.
  private interface Work {
    void with(Answers answers) throws IOException;
  }

  void run() throws IOException {
    switch (settings.mode()) {
      case Mode.Prompts(PromptSource source) -> prompts(source);
      case Mode.Rows(RowFormat format) -> rows(format);
      case Mode.Interactive(String promptEnd) -> converse(promptEnd);
      case Mode.Precompute(Datasets datasets) -> precompute(datasets);
    }
  }

  private void prompts(PromptSource source) throws IOException {
    PromptRun run =
        new PromptRun(source.read(console), source.name(), settings.output().format(), console);
    ModelOptions.requireDirectory(settings.model());
    int[] samples = new int[1];
    try (SampleWriter writer = SampleWriter.open(settings.output(), console.out())) {
      withModel(answers -> samples[0] = run.write(answers, writer));
      writer.commit();
    }
    settings.output().file().ifPresent(file -> made(file, samples[0] + " samples"));
  }

  private void made(Path file, String about) {
    console.made(file.toString(), about);
    console.next(
        "neox-eval --model "
            + ShellWord.quoted(settings.model())
            + " --tasks lambada_openai,sciq --limit 100");
  }

  private void rows(RowFormat format) throws IOException {
    ModelOptions.requireDirectory(settings.model());
    try (SampleWriter writer = SampleWriter.open(settings.output(), console.out())) {
      withModel(answers -> new RowRun(format, answers, writer, console).run());
      writer.commit();
    }
    settings.output().file().ifPresent(file -> made(file, "answers"));
  }

  private void converse(String promptEnd) throws IOException {
    boolean terminal =
        Terminal.isTerminal(Terminal.INPUT)
            && Terminal.isDrawable(Terminal.OUTPUT, Environment.get("TERM"));
    if (!terminal) {
      throw new UserException(
          "interactive: standard input and output are no terminal; pipe prompts in with -i -, or"
              + " rows with --jsonl");
    }
    ModelOptions.requireDirectory(settings.model());
    try (SampleWriter record = SampleWriter.record(settings.output())) {
      withModel(answers -> new Conversation(answers, record).run(promptEnd));
      record.commit();
    }
  }

  private void precompute(Datasets datasets) throws IOException {
    PrecomputeRun run =
        new PrecomputeRun(datasets, settings.writing().batchSize(), settings.output().existing());
    List<Path> wanted = run.wanted(console);
    ModelOptions.requireDirectory(settings.model());
    if (!wanted.isEmpty()) {
      withModel(answers -> run.run(wanted, answers.model(), console));
    }
  }

  private void withModel(Work work) throws IOException {
    NativeRuntime.start(settings.threads());
    try (LoadedModel model = ModelLoader.open(settings.model(), settings.load())) {
      work.with(new Answers(model, settings.writing()));
    }
  }
}
