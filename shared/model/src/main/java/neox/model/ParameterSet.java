package neox.model;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.tensor.FlatMemory;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.weights.TensorView;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import neox.weights.spec.Share;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/// Owns one rank's pieces of the parameters of a network, in the order of the parameter table. A
/// parameter that several layers use is there once.
///
/// Where layers are cut into fixed shards, a layer of one shard asks a set of its own ([#shard])
/// for its parts.
final class ParameterSet implements AutoCloseable {
  private final Map<ParameterSpec, Held> parameters;
  private final NetworkOptions options;
  private final Owner owner;
  private final Optional<Integer> shard;

  /// Memory under parameters that is the store's, or was made by it for them.
  private final List<MemorySegment> stored = new ArrayList<>();

  /// A piece, and how layers use it.
  private static final class Held {
    final Tensor value;
    final int ranks;
    final int shards; // of this rank
    final List<Leaf> cut = new ArrayList<>(); // shard by shard, their sections in order
    boolean usedWhole;
    boolean usedByRows;
    Optional<Weight.Loaded> form = Optional.empty(); // of a projection's matrix

    Held(Tensor value, int ranks, int shards) {
      this.value = value;
      this.ranks = ranks;
      this.shards = shards;
    }
  }

  private ParameterSet(
      Map<ParameterSpec, Held> parameters,
      NetworkOptions options,
      Owner owner,
      Optional<Integer> shard) {
    this.parameters = parameters;
    this.options = options;
    this.owner = owner;
    this.shard = shard;
  }

  /// All parameters, zero where they have memory.
  static ParameterSet allocate(List<ParameterSpec> specs, NetworkOptions options) {
    ParameterSet set =
        new ParameterSet(new LinkedHashMap<>(), options, new Owner(), Optional.empty());
    int ranks = options.tensorParallel().size();
    for (ParameterSpec spec : specs) {
      long[] sizes = Shards.local(spec, ranks).sizes();
      Tensor value = set.owner.keep(value(sizes, options));
      value.set_requires_grad(options.use() == NetworkOptions.Use.TRAINING && spec.trainable());
      set.parameters.put(spec, new Held(value, ranks, options.tensorParallel().ownShards()));
    }
    return set;
  }

  private static Tensor value(long[] sizes, NetworkOptions options) {
    return switch (options.memory()) {
      case OWN -> options.placement().zeros(sizes);
      case LENT, STORED -> FlatMemory.none(options.placement(), sizes);
    };
  }

  /// The same parameters as one of this rank's shards uses them. It owns nothing.
  ParameterSet shard(int own) {
    return new ParameterSet(parameters, options, owner, Optional.of(own));
  }

  /// The same parameters for another network, which does not close them.
  ParameterSet lent() {
    return new ParameterSet(new LinkedHashMap<>(parameters), options, new Owner(), shard);
  }

  List<Parameter> all() {
    List<Parameter> all = new ArrayList<>();
    parameters.forEach((spec, held) -> all.add(parameter(spec, held)));
    return all;
  }

  private static Parameter parameter(ParameterSpec spec, Held held) {
    List<Leaf> whole = List.of(Leaf.whole(held.value));
    if (held.cut.isEmpty()) {
      return new Parameter(spec, held.value, whole, List.of());
    }
    return held.usedWhole
        ? new Parameter(spec, held.value, whole, held.cut)
        : new Parameter(spec, held.value, held.cut, List.of());
  }

  Tensor get(ParameterSpec spec) {
    Held held = held(spec);
    held.usedWhole = true;
    return held.value;
  }

  /// A table for who converts what it takes of it: it may have the type in which it is stored.
  Tensor table(ParameterSpec spec) {
    Held held = held(spec);
    return switch (options.memory()) {
      case OWN, LENT -> get(spec);
      case STORED -> {
        held.usedByRows = true;
        yield held.value;
      }
    };
  }

  private Held held(ParameterSpec spec) {
    Held held = parameters.get(spec);
    if (held == null) {
      throw new IllegalStateException("no parameter " + spec.key() + " in this network");
    }
    return held;
  }

  /// What a projection multiplies with, in the form that the network's options ask for. LLM.int8
  /// leaves tables as they are.
  List<Weight> weights(ParameterSpec spec) {
    boolean table = spec.role() == ParameterSpec.Role.TABLE;
    return switch (options.quantization()) {
      case NONE -> plain(spec);
      case INT8 ->
          List.of(
              loaded(
                  spec,
                  (placement, sizes, keeper) ->
                      Int8Weight.allocate(placement, sizes, keeper, ownRows())));
      case LLM_INT8 -> table ? plain(spec) : List.of(loaded(spec, LlmInt8Weight::allocate));
    };
  }

  /// Which rows our own kernels compute.
  OwnRows ownRows() {
    return OwnRows.of(options);
  }

  private List<Weight> plain(ParameterSpec spec) {
    return switch (options.memory()) {
      case OWN, LENT ->
          sections(spec).stream()
              .<Weight>map(
                  switch (options.use()) {
                    case TRAINING -> DenseWeight::training;
                    case INFERENCE -> tensor -> DenseWeight.inference(tensor, ownRows());
                  })
              .toList();
      case STORED ->
          List.of(
              loaded(
                  spec, (placement, _, keeper) -> new StoredWeight(placement, keeper, ownRows())));
    };
  }

  /// Makes a form for a matrix of these sizes.
  private interface Form {
    Weight.Loaded of(Placement placement, long[] sizes, Owner owner);
  }

  private Weight loaded(ParameterSpec spec, Form form) {
    if (shard.isPresent()) {
      throw new IllegalStateException("fixed shards are for training");
    }
    Held held = held(spec);
    if (held.form.isEmpty()) {
      held.form = Optional.of(form.of(options.placement(), StoredTypes.sizes(held.value), owner));
    }
    return held.form.get();
  }

  /// Takes this rank's piece of a parameter as it is stored.
  void load(ParameterSpec spec, TensorView piece) {
    Held held = held(spec);
    held.form.ifPresent(weight -> weight.fill(piece));
    if (held.form.isPresent() && !held.usedWhole && !held.usedByRows) {
      return;
    }
    switch (options.memory()) {
      case OWN, LENT -> WeightLoading.copy(piece, held.value);
      case STORED -> {
        stored.add(piece.bytes());
        Placement placement =
            held.usedWhole
                ? options.placement()
                : options.placement().as(StoredTypes.toTorch(piece.dtype()));
        parameter(spec, held).move(WeightLoading.memory(piece, placement));
      }
    }
  }

  /// What a layer computes with: the piece, or for one shard its part of each section of the piece.
  List<Tensor> sections(ParameterSpec spec) {
    if (shard.isPresent() && spec.share() instanceof Share.Split split) {
      Held held = held(spec);
      if (held.cut.isEmpty()) {
        cut(held, split);
      }
      int sections = split.sections().size();
      return held.cut.subList(shard.get() * sections, (shard.get() + 1) * sections).stream()
          .map(Leaf::tensor)
          .toList();
    }
    return List.of(get(spec));
  }

  private void cut(Held held, Share.Split split) {
    for (int own = 0; own < held.shards; own++) {
      long section = 0;
      for (long size : split.sections()) {
        long count = size / held.ranks / held.shards;
        long from = section + own * count;
        Tensor part = owner.keep(part(held.value, split.dim(), from, count));
        part.set_requires_grad(held.value.requires_grad());
        held.cut.add(new Leaf(part, split.dim(), from, count));
        section += size / held.ranks;
      }
    }
  }

  /// A view, or where there is no memory yet, a tensor that [Parameter#move] gives some.
  private static Tensor part(Tensor value, int dim, long from, long count) {
    if (value.storage().nbytes() > 0) {
      return value.detach().narrow(dim, from, count);
    }
    long[] sizes = value.sizes().vec().get();
    sizes[dim] = count;
    return FlatMemory.none(Placement.of(value), sizes);
  }

  /// The same as the optional argument that libtorch's functions take, made once.
  TensorOptional argument(Optional<ParameterSpec> spec) {
    return argumentOf(spec.map(this::get));
  }

  TensorOptional argumentOf(Optional<Tensor> tensor) {
    return owner.keep(tensor.map(TensorOptional::new).orElseGet(TensorOptional::new));
  }

  @Override
  public void close() {
    parameters.clear();
    owner.close();
    stored.clear();
  }
}
