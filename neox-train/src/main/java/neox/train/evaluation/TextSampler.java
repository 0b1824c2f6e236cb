package neox.train.evaluation;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.Tool;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.GenerateConfig;
import neox.config.NeoxConfig;
import neox.inference.Decoding;
import neox.inference.Generation;
import neox.inference.GenerationRequest;
import neox.inference.GenerationSink;
import neox.inference.ranks.RankedModel;
import neox.inference.ranks.RankedModel.Deal;
import neox.inference.sampling.RandomStream;
import neox.inference.sampling.Sampler;
import neox.inference.sampling.TokenDetails;
import neox.inference.text.Detokenizer;
import neox.inference.text.StopTokens;
import neox.model.Network;
import neox.tokenizer.Tokenizer;
import neox.train.loop.Pipeline;

/// Has the network that is being trained continue the prompts of `sample_prompts` now and then,
/// each time with the same draws: rows `step`, `prompt`, `text` of `samples.jsonl` beside the
/// metrics. The first rank knows the prompts and asks; the others follow.
public final class TextSampler {
  private static final String FILE = "samples.jsonl";

  private final Network network;
  private final Pipeline pipeline;
  private final Settings settings;
  private final Reporting reporting;
  private boolean toldOfFailure;

  /// What is sampled.
  ///
  /// @param deal what replicas of the network do
  /// @param interval steps between two times
  /// @param last step of the run, after which it is done in any case
  /// @param longest text (tokens) that the network takes
  public record Settings(
      GenerateConfig generate,
      Tokenizer tokenizer,
      Deal deal,
      long interval,
      long last,
      int longest,
      long seed) {
    /// As configured: where no interval is, a run samples where it validates.
    public static Settings of(NeoxConfig config, Tokenizer tokenizer, Deal deal) {
      return new Settings(
          config.generate(),
          tokenizer,
          deal,
          config.generate().sampleInterval().orElse(config.eval().interval()),
          config.batch().trainIters(),
          config.model().seqLength(),
          config.data().seed());
    }

    /// Refuses a prompt that leaves no room.
    public Settings {
      for (String prompt : generate.samplePrompts()) {
        int tokens = tokenizer.encode(prompt).length;
        if (tokens == 0 || tokens >= longest) {
          throw UserException.of(
              "sample_prompts: expected prompts of 1 to %d tokens, found \"%s\" of %d",
              longest - 1, prompt, tokens);
        }
      }
    }
  }

  /// Where texts go, and who hears of the work.
  ///
  /// @param directory of the records, on the first rank
  /// @param progress run now and then
  public record Reporting(Optional<Path> directory, Console console, Runnable progress) {}

  public TextSampler(Network network, Pipeline pipeline, Settings settings, Reporting reporting) {
    this.network = network;
    this.pipeline = pipeline;
    this.settings = settings;
    this.reporting = reporting;
  }

  /// Samples where that is due after a step; returns whether it was.
  public boolean after(long step) {
    boolean due =
        (step % settings.interval() == 0 || step == settings.last())
            && !settings.generate().samplePrompts().isEmpty();
    if (due) {
      sample(step);
    }
    return due;
  }

  private void sample(long step) {
    try (RankedModel model =
        RankedModel.of(network, pipeline.ranks(), settings.deal(), reporting.progress())) {
      if (pipeline.ranks().isFirstOfAll()) {
        sample(step, model);
      } else {
        model.follow();
      }
    }
  }

  /// What the network cannot write stops nothing: the run says more of what is wrong with it.
  private void sample(long step, RankedModel model) {
    try {
      write(step, sample(model));
    } catch (UserException e) {
      reporting
          .console()
          .warn(
              "step %d: no text is written for sample_prompts: %s; the run goes on",
              step, Objects.toString(e.getMessage()));
    }
  }

  private String[] sample(RankedModel model) {
    List<String> prompts = settings.generate().samplePrompts();
    String[] texts = new String[prompts.size()];
    int[][] contexts = new int[prompts.size()][];
    Arrays.setAll(contexts, i -> settings.tokenizer().encode(prompts.get(i)));
    GenerationSink sink =
        (request, _, generation) -> texts[request] = text(contexts[request], generation);
    Decoding decoding =
        Decoding.upTo(settings.longest())
            .withEligible(settings.tokenizer()::has)
            .withBatchSize(prompts.size());
    model.generate(requests(contexts), decoding, sink);
    return texts;
  }

  private List<GenerationRequest> requests(int[][] contexts) {
    GenerateConfig generate = settings.generate();
    Sampler sampler = new Sampler(generate.temperature(), generate.topK(), generate.topP());
    int most = generate.maximumTokens() == 0 ? settings.longest() : generate.maximumTokens();
    StopTokens stop = StopTokens.at(settings.tokenizer().eod());
    return IntStream.range(0, contexts.length)
        .mapToObj(i ->
            new GenerationRequest(
                contexts[i],
                most,
                1,
                sampler,
                RandomStream.key(settings.seed(), i),
                stop,
                TokenDetails.NONE))
        .toList();
  }

  /// What follows the prompt: some tokenizers read a token otherwise where it begins a text.
  private String text(int[] context, Generation generation) {
    Detokenizer detokenizer = Detokenizer.after(context, settings.tokenizer());
    StringBuilder text = new StringBuilder();
    for (int token : generation.tokens()) {
      text.append(detokenizer.add(token));
    }
    return text.append(detokenizer.end()).toString();
  }

  private void write(long step, String[] texts) {
    if (reporting.directory().isEmpty()) {
      return;
    }
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < texts.length; i++) {
      ObjectNode row = Json.mapper().createObjectNode().put("step", step);
      row.put("prompt", settings.generate().samplePrompts().get(i)).put("text", texts[i]);
      rows.append(Json.line(row)).append('\n');
    }
    try {
      NamedFiles.writeString(
          reporting.directory().get().resolve(FILE),
          rows.toString(),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      if (!toldOfFailure) {
        toldOfFailure = true;
        reporting.console().warn("%s; the run goes on, texts are missing", Tool.describe(e));
      }
    }
  }
}
