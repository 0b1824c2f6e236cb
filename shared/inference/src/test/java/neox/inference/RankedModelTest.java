package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.base.slow.SlowTests;
import neox.config.ConfigLoader;
import neox.config.pipeline.PartitionMethod;
import neox.inference.Networks.Kind;
import neox.inference.load.LoadOptions;
import neox.inference.load.LoadedModel;
import neox.inference.load.ModelLoader;
import neox.inference.ranks.RankedModel;
import neox.inference.ranks.ThreadedModel;
import neox.inference.sampling.Sampler;
import neox.inference.sampling.TokenDetails;
import neox.inference.text.StopTokens;
import neox.model.Network;
import neox.model.NetworkOptions;
import neox.parallel.Ranks;
import neox.parallel.TensorParallel;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.weights.spec.NetworkSpec;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Several ranks say what one rank says.
class RankedModelTest {
  private static final int[] PROMPT = Pythia.expected("greedy_prompt");
  private static final int[] EXPECTED = Pythia.expected("greedy_40");

  /// Ranks add up in another order.
  private static final double TOLERANCE = 1e-5;

  private static final Topology TENSOR = new Topology(1, 1, 2);
  private static final Topology PIPE = new Topology(2, 1, 1);
  private static final Topology BOTH = new Topology(2, 1, 2);

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  static Stream<Topology> topologies() {
    return Stream.of(TENSOR, PIPE, BOTH, new Topology(3, 1, 1));
  }

  @ParameterizedTest
  @MethodSource("topologies")
  void everyLayoutWritesWhatTransformersWritesAfterEitherFormat(Topology ranks) throws IOException {
    for (Path directory : List.of(Pythia.checkpoint(), Pythia.golden("pythia/hf"))) {
      LoadOptions options =
          LoadOptions.defaults()
              .withRanks(ranks)
              .withConfig(
                  ConfigLoader.readCheckpoint(
                      Pythia.golden("pythia/checkpoint/global_step20/configs")));
      try (LoadedModel loaded = ModelLoader.open(directory, options)) {
        assertThat(Continuations.greedy(loaded.model(), PROMPT, 40)).isEqualTo(EXPECTED);
      }
    }
  }

  private static List<GenerationRequest> prompts() {
    List<GenerationRequest> prompts = new ArrayList<>();
    for (int length : new int[] {5, 1, 17, 9}) {
      GenerationRequest greedy =
          GenerationRequest.greedy(Arrays.copyOf(PROMPT, length), 6 + length % 3)
              .withStop(StopTokens.at(OptionalInt.of('h')).withSequences(List.of(new int[] {5, 6})))
              .withDetails(TokenDetails.NONE.withLogprobs(2));
      prompts.add(greedy);
      prompts.add(
          greedy
              .withSamples(2)
              .withSampler(new Sampler(0.9, 40, 0.95).withRepetitionPenalty(1.1), length));
    }
    return prompts;
  }

  /// What is written, told token by token until the reader has enough.
  private static Continuations written(LanguageModel model) {
    Continuations all = new Continuations(token -> token.id() == 't' && token.request() > 2);
    Decoding decoding = Decoding.upTo(40).withBatchSize(3).withEligible(id -> id != 'e');
    model.generate(prompts(), decoding, all);
    return all;
  }

  private static void assertSame(Continuations written, Continuations expected) {
    assertThat(written.finished().keySet()).isEqualTo(expected.finished().keySet());
    expected
        .finished()
        .forEach((sample, generation) -> {
          Generation ours = written.finished(sample.request(), sample.number());
          assertThat(ours.tokens()).as(sample.toString()).isEqualTo(generation.tokens());
          assertThat(ours.end()).isEqualTo(generation.end());
        });
  }

  @ParameterizedTest
  @MethodSource("topologies")
  void samplesStopsAndReadersAreThoseOfOneRank(Topology ranks) throws IOException {
    Continuations alone;
    try (LoadedModel loaded = ModelLoader.open(Pythia.checkpoint(), LoadOptions.defaults())) {
      alone = written(loaded.model());
    }
    LoadOptions options = LoadOptions.defaults().withRanks(ranks);
    try (LoadedModel loaded = ModelLoader.open(Pythia.checkpoint(), options)) {
      assertSame(written(loaded.model()), alone);
      assertSame(written(loaded.model()), alone);
    }
  }

  @Test
  void whatFailsOnTheFirstRankIsGivenUpByAll() throws IOException {
    LoadOptions options = LoadOptions.defaults().withRanks(BOTH);
    try (LoadedModel loaded = ModelLoader.open(Pythia.checkpoint(), options)) {
      LanguageModel model = loaded.model();
      Decoding decoding = Decoding.upTo(40);
      GenerationRequest good = GenerationRequest.greedy(new int[] {'a'}, 5);
      List<GenerationRequest> bad = List.of(good, GenerationRequest.greedy(new int[] {99_999}, 5));
      assertThatThrownBy(() -> Continuations.of(model, bad, decoding))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("token 99999 is not in the model's vocabulary");
      ScoreRequest outside = new ScoreRequest(new int[] {99_999}, new int[] {1});
      assertThatThrownBy(() -> model.score(List.of(outside), 1))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("token 99999 is not in the model's vocabulary");
      for (int failing = 0; failing < 3; failing++) {
        Failing sink = new Failing(failing);
        assertThatThrownBy(() -> model.generate(List.of(good, good), decoding, sink))
            .isInstanceOf(IllegalStateException.class)
            .hasMessage("the reader is gone");
      }
      assertThat(Continuations.of(model, List.of(good), decoding)).hasSize(1);
    }
  }

  /// A sink that fails with some token, or when a text is finished.
  private record Failing(int after) implements GenerationSink {
    @Override
    public Flow token(GeneratedToken token) {
      if (after > 0 && token.request() == after - 1) {
        throw new IllegalStateException("the reader is gone");
      }
      return Flow.CONTINUE;
    }

    @Override
    public void finished(int request, int sample, Generation generation) {
      throw new IllegalStateException("the reader is gone");
    }
  }

  /// Every kind of network on every kind of ranks that it can be cut into; without slow tests on
  /// the most that it can.
  static Stream<Arguments> layouts() {
    return Networks.kinds()
        .flatMap(kind -> {
          NetworkSpec spec = spec(kind);
          boolean isShared = spec.config().gmlps().isEmpty() && !spec.config().normsHeadsTogether();
          Stream<Topology> several =
              SlowTests.areAskedFor() ? Stream.of(TENSOR, PIPE, BOTH) : Stream.of(BOTH);
          return (isShared ? several : Stream.of(PIPE)).map(ranks -> Arguments.of(kind, ranks));
        });
  }

  private static NetworkSpec spec(Kind kind) {
    try (Network network = kind.network()) {
      return network.spec();
    }
  }

  private static Network part(NetworkSpec spec, Ranks ranks, TensorParallel tensorParallel) {
    NetworkOptions options =
        NetworkOptions.inference(Placement.cpu(ScalarType.Float))
            .withTensorParallel(tensorParallel)
            .withPipelineParallel(ranks.pipelineParallel());
    Topology topology = ranks.topology();
    Network part =
        Network.build(
            spec,
            spec.stages(PartitionMethod.BLOCKS, topology.pipe(), topology.tensor())
                .get(ranks.pipe().rank()),
            options);
    part.initialize(11);
    return part;
  }

  private static Network whole(NetworkSpec spec) {
    try (Ranks single = Ranks.single()) {
      return part(spec, single, single.tensorParallel());
    }
  }

  private static List<ScoreRequest> texts() {
    List<ScoreRequest> requests = new ArrayList<>();
    for (int[] text : Networks.texts(new int[] {3, 12, 12, 7, 20, 1}, 4)) {
      int[] input = Arrays.copyOf(text, text.length - 1);
      int[] targets = Arrays.copyOfRange(text, text.length - 4, text.length);
      requests.add(new ScoreRequest(input, Arrays.copyOf(targets, Math.min(4, input.length))));
    }
    return requests;
  }

  private static void assertSame(List<Score> scores, List<Score> expected) {
    assertThat(scores).hasSameSizeAs(expected);
    for (int i = 0; i < scores.size(); i++) {
      assertThat(scores.get(i).tokenLogLikelihoods())
          .containsExactly(expected.get(i).tokenLogLikelihoods(), within((float) TOLERANCE));
      assertThat(scores.get(i).greedy()).isEqualTo(expected.get(i).greedy());
    }
  }

  private static void compare(NetworkSpec spec, Topology topology, Cut cut, RankedModel.Deal deal) {
    List<Score> expected;
    Continuations written;
    try (Network network = whole(spec)) {
      NetworkLanguageModel model = new NetworkLanguageModel(network);
      expected = model.score(texts(), 3);
      written = written(model);
    }
    Ranks.runInProcess(
        topology,
        ranks -> {
          try (Network network = part(spec, ranks, cut.of(ranks));
              RankedModel model = RankedModel.of(network, ranks, deal, () -> {})) {
            if (ranks.isFirstOfAll()) {
              assertSame(model.score(texts(), 3), expected);
              assertSame(written(model), written);
            } else {
              model.follow();
            }
          }
        });
  }

  /// How ranks share a layer.
  private interface Cut {
    TensorParallel of(Ranks ranks);
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void everyKindOfNetworkScoresAndWritesAlike(Kind kind, Topology ranks) {
    compare(spec(kind), ranks, Ranks::tensorParallel, RankedModel.Deal.TO_ALL);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void replicasSayTheSameWhetherTheyShareRequestsOrNot(boolean share) {
    RankedModel.Deal deal = share ? RankedModel.Deal.TO_ALL : RankedModel.Deal.TO_EACH;
    NetworkSpec spec = spec(Networks.kinds().skip(2).findFirst().orElseThrow());
    compare(spec, new Topology(2, 2, 1), Ranks::tensorParallel, deal);
  }

  @Test
  void networksOfTrainingScoreAndWriteAlike() {
    NetworkSpec spec = spec(Networks.kinds().skip(2).findFirst().orElseThrow());
    compare(spec, BOTH, Ranks::sequenceParallel, RankedModel.Deal.TO_ALL);
    compare(
        spec, BOTH, ranks -> TensorParallel.ofShards(ranks.tensor(), 2), RankedModel.Deal.TO_ALL);
    compare(
        spec, PIPE, ranks -> TensorParallel.ofShards(ranks.tensor(), 2), RankedModel.Deal.TO_ALL);
  }

  @Test
  void refusesRanksThatTheNetworkIsNotCutInto() {
    LoadOptions options = LoadOptions.defaults();
    assertThatThrownBy(
            () -> ModelLoader.open(Pythia.checkpoint(), options.withRanks(new Topology(1, 1, 3))))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "--tensor-parallel-size (model_parallel_size) 3: must divide num_attention_heads (4)");
    assertThatThrownBy(
            () -> ModelLoader.open(Pythia.checkpoint(), options.withRanks(new Topology(9, 1, 1))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("--pipeline-parallel-size (pipe_parallel_size) 9: each stage needs");
  }

  /// Of the ranks that have the head, one tells.
  @Test
  void namesTheModelWhoseLogitsAreNoNumbers() {
    NetworkSpec spec = spec(Networks.kinds().findFirst().orElseThrow());
    ThreadedModel.Part part =
        ranks -> {
          Network network = part(spec, ranks, ranks.tensorParallel());
          try (var _ = Scope.open()) {
            network.parameters().forEach(each -> each.value().fill_(new Scalar(Double.NaN)));
          }
          return network;
        };
    assertThatThrownBy(() -> generate(ThreadedModel.start(PIPE, "run/global_step1", part)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "run/global_step1: the logits reach NaN: expected numbers; try --precision fp32, or"
                + " another checkpoint");
  }

  private static void generate(ThreadedModel model) {
    try (model) {
      Continuations.greedy(model, new int[] {1, 2}, 2);
    }
  }

  @Test
  void theFailureOfARankIsTheModels() {
    ThreadedModel.Part part =
        ranks -> {
          if (!ranks.isFirstOfAll()) {
            throw new UserException("the disk of rank 1 is gone");
          }
          return whole(spec(Networks.kinds().findFirst().orElseThrow()));
        };
    assertThatThrownBy(() -> ThreadedModel.start(PIPE, "m", part))
        .isInstanceOf(UserException.class)
        .hasMessage("the disk of rank 1 is gone");
  }
}
