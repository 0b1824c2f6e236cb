package neox.generate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import neox.base.Console;
import neox.base.Progress;
import neox.base.UserException;
import neox.inference.Decoding;
import neox.inference.Generation;
import neox.inference.GenerationRequest;
import neox.inference.LoadedModel;
import neox.inference.ModelLoader;
import neox.inference.ModelOptions;
import neox.inference.sampling.RandomStream;
import neox.inference.sampling.Sampler;
import neox.inference.text.StopTokens;
import neox.tensor.NativeRuntime;
import neox.tokenizer.Tokenizer;

/// Loads the model, continues every prompt, writes the samples.
final class SampleRun {
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
      try (LoadedModel model = ModelLoader.open(settings.model(), settings.load())) {
        List<int[]> contexts = encode(prompts, model);
        writeSamples(model, sampler, prompts, contexts, writer);
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

  private Decoding decoding(LoadedModel model) {
    return Decoding.upTo(model.config().seqLength())
        .withEligible(model.tokenizer()::has)
        .withBatchSize(settings.writing().batchSize())
        .withMemory(
            settings.writing().recompute()
                ? Decoding.Memory.NOTHING
                : Decoding.Memory.KEYS_AND_VALUES);
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
      Sampler sampler,
      List<String> prompts,
      List<int[]> contexts,
      SampleWriter writer)
      throws IOException {
    Sample[] samples = new Sample[prompts.size()];
    AtomicInteger done = new AtomicInteger();
    long startedAtNanos = System.nanoTime();
    try (Progress progress = new Progress(console, "generating", prompts.size())) {
      model
          .model()
          .generate(
              requests(contexts, sampler, model.tokenizer()),
              decoding(model),
              (i, _, generation) -> {
                double seconds = (System.nanoTime() - startedAtNanos) / 1e9;
                samples[i] = sample(model.tokenizer(), prompts.get(i), generation, seconds);
                progress.update(done.incrementAndGet(), done + " prompts");
              });
    }
    for (Sample sample : samples) {
      writer.write(sample);
    }
  }

  private List<GenerationRequest> requests(
      List<int[]> contexts, Sampler sampler, Tokenizer tokenizer) {
    List<GenerationRequest> requests = new ArrayList<>();
    for (int[] context : contexts) {
      long seed = RandomStream.key(settings.seed(), requests.size());
      requests.add(
          GenerationRequest.greedy(context, settings.writing().maximumTokens())
              .withSampler(sampler, seed)
              .withStop(StopTokens.at(tokenizer.eod())));
    }
    return requests;
  }

  private static Sample sample(
      Tokenizer tokenizer, String prompt, Generation generation, double seconds) {
    int[] tokens = generation.tokens();
    boolean started = tokens.length > 0;
    Optional<String> text = started ? Optional.of(tokenizer.decode(tokens)) : Optional.empty();
    Optional<String> message = started ? Optional.empty() : Optional.of(NOT_STARTED);
    return new Sample(prompt, text, tokens.length, generation.end() == Generation.End.END_TOKEN, message, seconds);
  }
}
