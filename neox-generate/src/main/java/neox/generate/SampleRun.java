package neox.generate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.Console;
import neox.base.Progress;
import neox.base.UserException;
import neox.inference.Decoding;
import neox.inference.Generation;
import neox.inference.GenerationRequest;
import neox.inference.LoadedModel;
import neox.inference.ModelLoader;
import neox.inference.ModelOptions;
import neox.inference.Sampler;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tokenizer.Tokenizer;

/// Loads the model, continues every prompt, writes the samples.
final class SampleRun {
  private static final int NO_EOD = -1;

  /// NeoX's words.
  private static final String NOT_STARTED =
      "WARNING: text generation did not start; try different batching or adjust parameters";

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
    Sampler sampler = sampler(settings.sampling()); // refuses before the work begins
    List<String> prompts = settings.prompts().read(console);
    ModelOptions.requireDirectory(settings.model());
    try (SampleWriter writer = SampleWriter.open(settings.output(), console.out())) {
      NativeRuntime.start(settings.threads());
      RandomState.seed(settings.seed());
      try (LoadedModel model = ModelLoader.open(settings.model(), settings.load())) {
        List<int[]> contexts = encode(prompts, model);
        writeSamples(model, decoding(model, sampler), prompts, contexts, writer);
      }
      writer.commit();
    }
    settings
        .output()
        .file()
        .ifPresent(file -> console.info("%d samples in %s", prompts.size(), file));
  }

  private static Sampler sampler(GenerateSettings.Sampling sampling) {
    return new Sampler(sampling.temperature(), sampling.topK(), sampling.topP());
  }

  private Decoding decoding(LoadedModel model, Sampler sampler) {
    return new Decoding(
        sampler,
        model.tokenizer()::has,
        model.config().seqLength(),
        settings.writing().batchSize(),
        settings.writing().recompute() ? Decoding.Memory.NOTHING : Decoding.Memory.KEYS_AND_VALUES);
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
      LoadedModel model,
      Decoding decoding,
      List<String> prompts,
      List<int[]> contexts,
      SampleWriter writer)
      throws IOException {
    try (Progress progress = new Progress(console, "generating", prompts.size())) {
      for (int from = 0; from < prompts.size(); from += decoding.batchSize()) {
        int to = Math.min(prompts.size(), from + decoding.batchSize());
        for (Sample sample :
            continueBatch(model, decoding, prompts.subList(from, to), contexts.subList(from, to))) {
          writer.write(sample);
        }
        progress.update(to, to + " prompts");
      }
    }
  }

  /// In the order of the prompts.
  private List<Sample> continueBatch(
      LoadedModel model, Decoding decoding, List<String> prompts, List<int[]> contexts) {
    int eod = model.tokenizer().eod().orElse(NO_EOD);
    int most = settings.writing().maximumTokens();
    List<GenerationRequest> requests =
        contexts.stream()
            .map(context -> new GenerationRequest(context, most, token -> token == eod))
            .toList();
    Sample[] samples = new Sample[prompts.size()];
    long startedAtNanos = System.nanoTime();
    model
        .model()
        .generate(
            requests,
            decoding,
            (i, written) -> {
              double seconds = (System.nanoTime() - startedAtNanos) / 1e9;
              Generation generation = Generation.of(written, eod);
              samples[i] = sample(model.tokenizer(), prompts.get(i), generation, seconds);
            });
    return List.of(samples);
  }

  private static Sample sample(
      Tokenizer tokenizer, String prompt, Generation generation, double seconds) {
    int[] tokens = generation.tokens();
    boolean started = tokens.length > 0;
    Optional<String> text = started ? Optional.of(tokenizer.decode(tokens)) : Optional.empty();
    Optional<String> message = started ? Optional.empty() : Optional.of(NOT_STARTED);
    return new Sample(prompt, text, tokens.length, generation.finished(), message, seconds);
  }
}
