package neox.model;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import neox.base.UserException;
import neox.config.RecomputeConfig;
import neox.config.model.Positions;
import neox.model.position.Places;
import neox.model.position.PositionScheme;
import neox.parallel.PipelineParallel;
import neox.parallel.TensorParallel;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import org.bytedeco.pytorch.Tensor;

/// A GPT-NeoX language model, or the layers of it that are one pipeline stage's.
///
/// Owns its parameters; close it when nothing uses them. Results belong to the innermost
/// [neox.tensor.Scope]. Not thread-safe: libtorch itself uses several threads per operation.
///
/// Shapes: b batch, s sequence, h hidden size, V padded vocabulary.
public final class Network implements AutoCloseable {
  private final NetworkSpec spec;
  private final List<LayerSpec> stage;
  private final NetworkOptions options;
  private final ParameterSet parameters;
  private final Owner owner = new Owner();
  private final AttentionMasks masks;
  private final PositionScheme positions;
  private final List<Layer> layers;
  private final List<OptionalInt> windows = new ArrayList<>();
  private final Optional<Head> head;
  private final PassSteps steps;
  private Optional<TensorStore> store = Optional.empty();

  private Network(
      NetworkSpec spec, List<LayerSpec> stage, NetworkOptions options, ParameterSet parameters) {
    this.spec = spec;
    this.stage = List.copyOf(stage);
    this.options = options;
    this.parameters = parameters;
    this.masks = new AttentionMasks(options.placement());
    this.positions =
        PositionScheme.of(
            spec.config(), tables(stage), options.placement(), options.tensorParallel(), owner);
    Parts parts =
        new Parts(
            spec.config(),
            parameters,
            options.placement(),
            options.tensorParallel(),
            positions,
            options.recompute(),
            Recomputation.of(options.placement(), spec),
            0);
    Head last = null;
    List<Layer> all = new ArrayList<>();
    for (LayerSpec layer : stage) {
      switch (layer) {
        case LayerSpec.Embedding embedding -> all.add(new Embedding(embedding, parts));
        case LayerSpec.SoftPrompt prompt ->
            all.add(new SoftPrompt(parameters.get(prompt.vectors())));
        case LayerSpec.Transformer block -> {
          all.add(new Block(block, parts));
          addWindow(block.attention().config().window());
        }
        case LayerSpec.Gmlp block -> {
          all.add(new Gmlp(block, parts));
          addWindow(OptionalInt.empty());
        }
        case LayerSpec.FinalNorm norm ->
            all.add(
                new FinalNorm(
                    Normalization.of(
                        norm.norm(), new long[] {spec.config().hiddenSize()}, parameters)));
        case LayerSpec.Head h -> last = new Head(h.weight(), parts);
      }
    }
    this.head = Optional.ofNullable(last);
    this.layers =
        switch (options.recompute()) {
          case RecomputeConfig.Nothing _, RecomputeConfig.Selected _ -> all;
          case RecomputeConfig.Blocks(int perGroup) ->
              RecomputedBlocks.group(all, perGroup, parts.recomputation());
        };
    this.steps = PassSteps.of(stage, layers);
  }

  private void addWindow(OptionalInt window) {
    if (!windows.contains(window)) {
      windows.add(window);
    }
  }

  private PositionScheme.Tables tables(List<LayerSpec> stage) {
    Optional<ParameterSpec> added = Optional.empty();
    Optional<ParameterSpec> relative = Optional.empty();
    for (LayerSpec layer : stage) {
      switch (layer) {
        case LayerSpec.Embedding embedding -> added = embedding.positions();
        case LayerSpec.Transformer block -> relative = block.attention().relative();
        case LayerSpec.SoftPrompt _, LayerSpec.Gmlp _, LayerSpec.FinalNorm _, LayerSpec.Head _ -> {}
      }
    }
    return new PositionScheme.Tables(added.map(parameters::get), relative.map(parameters::get));
  }

  /// A whole network whose parameters are zero: call [#initialize] or [#load] next.
  public static Network build(NetworkSpec spec, NetworkOptions options) {
    return build(spec, spec.layers(), options);
  }

  /// The same of some neighbouring layers alone.
  ///
  /// @param stage of the network's layers
  public static Network build(NetworkSpec spec, List<LayerSpec> stage, NetworkOptions options) {
    try (var _ = Scope.open()) {
      ParameterSet parameters = ParameterSet.allocate(NetworkSpec.parameters(stage), options);
      return new Network(spec, stage, options, parameters);
    }
  }

  /// A whole network with the weights of a store, which stays the caller's; see [#load].
  public static Network of(TensorStore store, NetworkSpec spec, NetworkOptions options) {
    return of(store, spec, spec.layers(), options);
  }

  /// The same of some neighbouring layers alone.
  ///
  /// @param stage of the network's layers
  public static Network of(
      TensorStore store, NetworkSpec spec, List<LayerSpec> stage, NetworkOptions options) {
    Network network = build(spec, stage, options);
    boolean complete = false;
    try {
      network.load(store);
      complete = true;
      return network;
    } finally {
      if (!complete) {
        network.close();
      }
    }
  }

  /// The whole network's, even where this is a stage of it.
  public NetworkSpec spec() {
    return spec;
  }

  /// The layers that are here.
  public List<LayerSpec> stage() {
    return stage;
  }

  public Placement placement() {
    return options.placement();
  }

  /// Whether all layers are here, no other rank has a part of one, and nobody needs to know of a
  /// pass, so that several may be under way at once.
  public boolean isAlone() {
    return options.tensorParallel().isAlone()
        && stage.equals(spec.layers())
        && steps.watch().equals(LayerWatch.NONE);
  }

  /// Whether each row of activations is computed by itself, see [NetworkOptions.Rows#CONSTANT].
  public boolean computesRowsAlone() {
    return options.rows() == NetworkOptions.Rows.CONSTANT;
  }

  /// This rank's, in the order of the parameter table.
  public List<Parameter> parameters() {
    return parameters.all();
  }

  /// The output layer, where it belongs to this stage.
  public Optional<Head> head() {
    return head;
  }

  /// Which steps of a pass need which parameters, in the order of the parameter table.
  public List<WeightUse> uses() {
    return steps.uses(parameters.all());
  }

  /// Has somebody told, from now on, where a pass is.
  public void watch(LayerWatch value) {
    steps.watch(value);
  }

  /// Draws the first weights; the same seed gives the same weights, however the network is split.
  public void initialize(long seed) {
    Initialization initialization = new Initialization(seed, options.tensorParallel());
    List<ParameterSpec> table = spec.parameters();
    for (Parameter parameter : parameters.all()) {
      int place = table.indexOf(parameter.spec());
      steps.write(parameter, () -> initialization.fill(parameter, place));
    }
  }

  /// Copies weights from a store of the whole network whose names are
  /// [neox.weights.spec.ParameterSpec#key]s, converting the element type. Every parameter must be
  /// there and nothing else, or a [UserException] lists what is wrong and nothing is changed.
  public void load(TensorStore store) {
    load(store, _ -> true);
  }

  /// The same for those parameters whose names the predicate accepts. The others stay as they are,
  /// and the store may hold what it likes under names that are not accepted.
  public void load(TensorStore store, Predicate<String> names) {
    WeightLoading.check(
        spec.parameters().stream().filter(each -> names.test(each.key())).toList(), store, names);
    parameters.all().stream()
        .filter(each -> names.test(each.spec().key()))
        .forEach(each ->
            steps.write(each, () -> parameters.load(each.spec(), piece(each.spec(), store))));
  }

  /// This rank's piece of a parameter.
  private TensorView piece(ParameterSpec of, TensorStore store) {
    TensorParallel tp = options.tensorParallel();
    return Shards.split(of, store.view(of.key()), tp.rank(), tp.size());
  }

  /// The same from weights without a soft prompt, which keeps its values.
  public void loadAllButPrompt(TensorStore store) {
    load(new MovedLayers(store), name -> !name.startsWith(NetworkSpec.PROMPT + "."));
  }

  /// The same, and a prompt that begins with the vectors of these tokens, of which there is one at
  /// least.
  public void loadWithPrompt(TensorStore store, int[] tokens) {
    int rows = spec.config().promptTokens();
    load(new PromptOfTokens(new MovedLayers(store), rows, tokens));
  }

  /// Passes through all layers but the head. Only a [neox.model.stage.NetworkStage] calls this.
  ///
  /// @param x token ids `[b, s]` when the embedding belongs to this stage, else what the stage
  ///   before has computed, `[b, s, h]` or this rank's slice of it
  /// @param inputs what the whole network was given
  /// @return hidden states `[b, s, h]`, or this rank's slice of them; where further stages follow,
  ///   those of a soft prompt, too
  public Tensor forward(Tensor x, Inputs inputs, Mode mode) {
    long s = length(inputs);
    checkLength(inputs, s);
    return Scope.run(() -> {
      Pass pass = steps.forward(PassSteps.BEFORE_LAYERS, () -> pass(inputs, s, mode));
      Tensor y = x;
      for (int i = 0; i < layers.size(); i++) {
        Layer layer = layers.get(i);
        int step = PassSteps.ofLayer(i);
        Tensor input = steps.border(step, y);
        y = steps.forward(step, () -> Scope.run(() -> layer.forward(input, pass)));
      }
      long prompt = y.size(1) - s;
      Tensor text = head.isPresent() && prompt > 0 ? y.narrow(1, prompt, s) : y;
      return steps.border(steps.head(), text);
    });
  }

  /// How many numbers the keys of a block are at most in a pass, of all rows together.
  public long readByAttention(Inputs inputs) {
    long s = length(inputs);
    long end = inputs.visibility().history().next(s).end(s);
    return inputs.ids().size(0) * (end + spec.config().promptTokens()) * spec.config().hiddenSize();
  }

  /// The sizes `[b, s, h]` of what a stage that is not the last hands on, the positions of a soft
  /// prompt included; of this rank's slice, where ranks hold slices of the sequence.
  public long[] activation(Inputs inputs) {
    long s = length(inputs);
    boolean hasPrompt = inputs.visibility().branches().isPresent(); // on the path before them
    long positions = hasPrompt ? s : read(inputs.visibility().history().next(s), s);
    return new long[] {
      inputs.ids().size(0),
      positions / options.tensorParallel().slices(),
      spec.config().hiddenSize()
    };
  }

  /// A network of the same weights for texts of any length: where ranks hold slices of the
  /// sequence, they hold all of it there. It is closed before this one, whose weights stay.
  public Network ofWholeSequences() {
    try (var _ = Scope.open()) {
      NetworkOptions whole =
          options.withTensorParallel(options.tensorParallel().ofWholeSequences());
      Network network = new Network(spec, stage, whole, parameters.lent());
      network.watch(steps.watch());
      return network;
    }
  }

  /// The ranks that hold the other layers.
  public PipelineParallel pipelineParallel() {
    return options.pipelineParallel();
  }

  private static long length(Inputs inputs) {
    return inputs.ids().size(1);
  }

  /// How many positions are read with `s` tokens.
  private long read(Places slots, long s) {
    return begins(slots) ? s + spec.config().promptTokens() : s;
  }

  /// Runs what computes with the head. Only a [neox.model.stage.NetworkStage] calls this.
  public Tensor atHead(Supplier<Tensor> body) {
    return steps.forward(steps.head(), body);
  }

  /// Says that a backward pass through all layers of this stage begins. Only a
  /// [neox.model.stage.NetworkStage] calls this.
  public void beginBackward() {
    steps.beginBackward(head.isPresent() ? steps.head() : steps.head() - 1);
  }

  private Pass pass(Inputs inputs, long s, Mode mode) {
    AttentionHistory history = inputs.visibility().history();
    Optional<Segments> segments = inputs.visibility().segments();
    Places slots = history.next(s);
    long read = read(slots, s);
    if (inputs.visibility().branches().isPresent()) {
      return pass(inputs, inputs.visibility().branches().get(), mode);
    }
    Map<OptionalInt, AttentionMask> byWindow = new HashMap<>();
    for (OptionalInt window : windows) {
      byWindow.put(window, masks.of(slots, read, segments, window));
    }
    long together = segments.map(each -> (long) each.longest()).orElse(read);
    Optional<Tensor> bias = positions.bias(slots, together);
    Places places = spec.config().prompt().isPresent() ? slots : inputs.positions();
    return new Pass(
        text(inputs, s),
        places,
        history,
        segments,
        Optional.empty(),
        byWindow,
        bias,
        mode,
        inputs.noise());
  }

  /// A pass along the path of a tree of texts, which has the prompt already.
  private Pass pass(Inputs inputs, Branches branches, Mode mode) {
    return new Pass(
        inputs.positions(),
        inputs.positions().before(-spec.config().promptTokens()),
        AttentionHistory.none(),
        Optional.empty(),
        Optional.of(PassBranches.of(branches, windows, positions, options.placement())),
        Map.of(),
        Optional.empty(),
        mode,
        inputs.noise());
  }

  /// Whether tokens of these places begin their texts, so that the prompt is read with them.
  private static boolean begins(Places slots) {
    return slots.equals(Places.fromStart());
  }

  /// Where the tokens stand in their texts, whatever prompt is before them.
  private Places text(Inputs inputs, long s) {
    return begins(inputs.visibility().history().next(s))
        ? inputs.positions()
        : inputs.positions().before(spec.config().promptTokens());
  }

  private void checkLength(Inputs inputs, long s) {
    long end = text(inputs, s).end(s);
    OptionalLong limit = limit();
    if (limit.isPresent() && end > limit.getAsLong()) {
      throw UserException.of(
          "%d tokens do not fit the %d positions of the model", end, limit.getAsLong());
    }
  }

  /// How many positions of a text all layers know; empty when there is no end.
  private OptionalLong limit() {
    OptionalLong known =
        switch (spec.config().positions()) {
          case Positions.Rotary _ ->
              OptionalLong.of(positions.limit().orElseThrow() - spec.config().promptTokens());
          case Positions.Learned _,
              Positions.Sinusoidal _,
              Positions.Alibi _,
              Positions.Relative _,
              Positions.None _ ->
              positions.limit();
        };
    return spec.config().gmlps().isEmpty()
        ? known
        : OptionalLong.of(Math.min(known.orElse(Long.MAX_VALUE), spec.config().seqLength()));
  }

  /// Has the store whose memory may lie under the parameters ([NetworkOptions.Memory#STORED])
  /// closed after them.
  public void closeWith(TensorStore owned) {
    store = Optional.of(owned);
  }

  @Override
  public void close() {
    masks.close();
    owner.close();
    parameters.close();
    if (store.isPresent()) {
      try {
        store.get().close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
