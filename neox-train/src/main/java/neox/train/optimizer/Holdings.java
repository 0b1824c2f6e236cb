package neox.train.optimizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.model.Parameter;
import neox.model.StoredTypes;
import neox.parallel.Ranks;
import neox.weights.DType;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Share;

/// What this rank holds of the network's parameters, and which pipeline stages hold the others.
///
/// A parameter that layers of several stages use, such as a tied embedding, lives on each of them.
public final class Holdings {
  private static final List<DType> TYPES = List.of(DType.values());

  private final Ranks ranks;
  private final Map<String, Parameter> mine = new LinkedHashMap<>();
  private final Map<String, Place> places = new LinkedHashMap<>();

  /// @param stages that hold the parameter, in order
  private record Place(ParameterSpec spec, List<Integer> stages, DType type) {}

  /// Asks all stages; all ranks call this together.
  ///
  /// @param mine the parameters of this rank's layers, its pieces
  /// @param network all parameters, the same on every rank
  public static Holdings of(List<Parameter> mine, List<ParameterSpec> network, Ranks ranks) {
    Holdings holdings = new Holdings(ranks);
    mine.forEach(parameter -> holdings.mine.put(parameter.spec().key(), parameter));
    holdings.ask(network);
    return holdings;
  }

  private Holdings(Ranks ranks) {
    this.ranks = ranks;
  }

  /// The same, in other groups of the same ranks.
  Holdings over(Ranks others) {
    Holdings holdings = new Holdings(others);
    holdings.mine.putAll(mine);
    holdings.places.putAll(places);
    return holdings;
  }

  /// In a table of stages × parameters each stage enters the types of what it has.
  private void ask(List<ParameterSpec> network) {
    double[] table = new double[ranks.pipe().size() * network.size()];
    for (int i = 0; i < network.size(); i++) {
      Optional<Parameter> parameter = mine(network.get(i));
      if (parameter.isPresent()) {
        DType type = StoredTypes.of(parameter.get().value());
        table[ranks.pipe().rank() * network.size() + i] = 1 + TYPES.indexOf(type);
      }
    }
    double[] answers = Sums.over(ranks.pipe(), table);
    for (int i = 0; i < network.size(); i++) {
      ParameterSpec spec = network.get(i);
      places.put(spec.key(), place(spec, answers, i, network.size()));
    }
  }

  private static Place place(ParameterSpec spec, double[] answers, int column, int columns) {
    List<Integer> stages = new ArrayList<>();
    int code = 0;
    for (int stage = 0; stage < answers.length / columns; stage++) {
      int answer = (int) answers[stage * columns + column];
      if (answer > 0) {
        stages.add(stage);
        code = answer;
      }
    }
    if (stages.isEmpty()) {
      throw new IllegalStateException("no stage holds " + spec.key());
    }
    return new Place(spec, List.copyOf(stages), TYPES.get(code - 1));
  }

  Ranks ranks() {
    return ranks;
  }

  /// All parameters of the network.
  List<ParameterSpec> network() {
    return places.values().stream().map(Place::spec).toList();
  }

  /// This rank's parameters, in the network's order.
  List<Parameter> mine() {
    return network().stream().map(this::mine).flatMap(Optional::stream).toList();
  }

  Optional<Parameter> mine(ParameterSpec spec) {
    return Optional.ofNullable(mine.get(spec.key()));
  }

  /// The stages that hold a parameter, in order.
  List<Integer> stages(ParameterSpec spec) {
    return place(spec).stages();
  }

  /// True on the stage that speaks for all that hold the parameter.
  boolean isFirstHolder(ParameterSpec spec) {
    return stages(spec).getFirst() == ranks.pipe().rank();
  }

  /// Whether what this rank holds of a parameter counts where all ranks add up: what is split over
  /// ranks adds up; what several hold whole counts once.
  boolean isCountedHere(ParameterSpec spec) {
    if (!isFirstHolder(spec)) {
      return false;
    }
    return switch (spec.share()) {
      case Share.Split _ -> true;
      case Share.Same _, Share.AddedOnce _, Share.Summed _ -> ranks.tensor().isFirst();
    };
  }

  /// The type in which the network computes with a parameter.
  DType type(ParameterSpec spec) {
    return place(spec).type();
  }

  private Place place(ParameterSpec spec) {
    return Objects.requireNonNull(places.get(spec.key()), spec.key());
  }
}
