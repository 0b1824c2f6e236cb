package neox.generate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import neox.base.Console;
import neox.base.Progress;
import neox.base.UserException;
import neox.inference.Generation;
import neox.inference.LoadOptions;
import neox.inference.LoadedModel;
import neox.inference.ModelLoader;
import neox.inference.NetworkLanguageModel;
import neox.inference.Sampler;
import neox.inference.TextGenerator;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tokenizer.Tokenizer;

/// Loads the model, continues every prompt, writes the samples.
final class SampleRun {
  private static final int NO_EOD = -1;

  private final GenerateSettings settings;
  private final Console console;

  private SampleRun(GenerateSettings settings, Console console) {
    this.settings = settings;
    this.console = console;
  }

  static SampleRun of(GenerateSettings settings, Console console) {
    return new SampleRun(settings, console);
  }

  void run() throws IOException {
    GenerateSettings.Sampling sampling = settings.sampling();
    Sampler sampler = new Sampler(sampling.temperature(), sampling.topK(), sampling.topP());
    List<String> prompts = settings.prompts().read(console.in());
    NativeRuntime.start(settings.threads().orElseGet(NativeRuntime::defaultThreads));
    RandomState.seed(settings.seed());
    try (LoadedModel model = ModelLoader.open(settings.model(), loadOptions())) {
      List<int[]> contexts = encode(prompts, model);
      writeSamples(model, generator(model, sampler), prompts, contexts);
    }
  }

  private LoadOptions loadOptions() {
    OptionalLong iteration =
        settings.iteration().map(OptionalLong::of).orElseGet(OptionalLong::empty);
    return new LoadOptions(settings.precision(), iteration, settings.config());
  }

  private TextGenerator generator(LoadedModel model, Sampler sampler) {
    if (!(model.model() instanceof NetworkLanguageModel network)) {
      throw new IllegalStateException("a loaded model without a network");
    }
    TextGenerator cached = TextGenerator.of(network.network(), sampler, model.config().seqLength());
    return settings.recompute() ? cached.recomputing() : cached;
  }

  /// All prompts as tokens, so that one that does not fit is reported before the work begins.
  private List<int[]> encode(List<String> prompts, LoadedModel model) {
    int length = model.config().seqLength();
    List<int[]> contexts = new ArrayList<>();
    for (String prompt : prompts) {
      int[] tokens = model.tokenizer().encode(prompt);
      if (tokens.length > length) {
        throw UserException.of(
            "%s: prompt %d has %d tokens, the model takes %d; shorten it",
            settings.prompts().name(), contexts.size() + 1, tokens.length, length);
      }
      contexts.add(tokens.length == 0 ? start(model.tokenizer()) : tokens);
    }
    return contexts;
  }

  private static int[] start(Tokenizer tokenizer) {
    OptionalInt eod = tokenizer.eod();
    if (eod.isEmpty()) {
      throw new UserException(
          "the tokenizer has no end-of-document token to start from; give prompts with -i FILE");
    }
    return new int[] {eod.getAsInt()};
  }

  private void writeSamples(
      LoadedModel model, TextGenerator generator, List<String> prompts, List<int[]> contexts)
      throws IOException {
    try (SampleWriter writer = SampleWriter.open(settings.output(), console.out());
        Progress progress = new Progress(console, "generating", prompts.size())) {
      for (int i = 0; i < prompts.size(); i++) {
        writer.write(sample(model.tokenizer(), generator, prompts.get(i), contexts.get(i)));
        progress.update(i + 1L, (i + 1) + " prompts");
      }
      writer.commit();
    }
    settings
        .output()
        .filter(file -> !file.toString().equals("-"))
        .ifPresent(file -> console.info("%d samples in %s", prompts.size(), file));
  }

  private Sample sample(
      Tokenizer tokenizer, TextGenerator generator, String prompt, int[] context) {
    long startedAtNanos = System.nanoTime();
    Generation generation =
        generator.generateText(context, settings.maximumTokens(), tokenizer.eod().orElse(NO_EOD));
    double seconds = (System.nanoTime() - startedAtNanos) / 1e9;
    int[] tokens = generation.tokens();
    Optional<String> message = message(tokens, tokenizer.vocabSize());
    Optional<String> text =
        message.isPresent() ? Optional.empty() : Optional.of(tokenizer.decode(tokens));
    return new Sample(prompt, text, tokens.length, generation.finished(), message, seconds);
  }

  /// NeoX's words for a continuation that is no text.
  private static Optional<String> message(int[] tokens, int vocabSize) {
    if (tokens.length == 0) {
      return Optional.of(
          "WARNING: text generation did not start; try different batching or adjust parameters");
    }
    return Arrays.stream(tokens).anyMatch(token -> token >= vocabSize) // padding rows have no text
        ? Optional.of("WARNING: generated token which doesn't exist.")
        : Optional.empty();
  }
}
