package neox.weights.neox;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.LazyTensor;
import neox.weights.TensorView;
import neox.weights.pickle.PickledObject;
import neox.weights.pickle.TorchFile;
import org.jspecify.annotations.Nullable;

/// The optimizer's state in one file of DeepSpeed: for each unit, a tensor for each slot. What a
/// unit is depends on the form: a parameter, or all of a group's parameters flattened, or a rank's
/// partition of that.
final class OptimizerPart {
  /// How units cover parameters.
  enum Form {
    /// A unit is a parameter.
    BY_PARAMETER,
    /// A unit is a group's flat parameters, or a data-parallel rank's partition of them (ZeRO 1,
    /// 2).
    BY_GROUP,
    /// Units one after the other hold a data-parallel rank's partition of each parameter (ZeRO 3).
    BY_PARTITION
  }

  /// Where a parameter lies in a unit.
  record Address(long start, long count) {}

  private static final long MOST_NUMBERS = 1L << 48;
  private static final String STATE = "state";
  private static final String STEP = "step";
  private static final String PARAM_GROUPS = "param_groups";
  private static final String NESTED = "optimizer_state_dict";

  private final TorchFile file;
  private final Form form;

  /// The state of each unit: slot to value.
  private final Map<Long, Map<?, ?>> units = new LinkedHashMap<>();

  private final List<List<Long>> groups = new ArrayList<>();

  /// Float32 weights by unit; none where the weights are float32 themselves and not partitioned.
  private final List<TensorView> masters = new ArrayList<>();

  private final List<Map<String, Address>> mappings = new ArrayList<>();
  private final Optional<StoredLossScale> lossScale;
  private final int partitions;
  private long step;

  /// Reads `optimizer` of the model's state, or what a ZeRO file holds in its place.
  ///
  /// @param root the dict itself
  OptimizerPart(TorchFile file, Map<?, ?> root) {
    this.file = file;
    this.lossScale = StoredLossScale.of(root);
    this.partitions = partitions(root.get("partition_count"));
    if (root.get("fp32_flat_groups") instanceof List<?> flat) {
      this.form = Form.BY_PARTITION;
      addMasters(flat);
      addBase(root.get(NESTED));
    } else if (root.get("single_partition_of_fp32_groups") instanceof List<?> flat) {
      this.form = Form.BY_GROUP;
      addMasters(flat);
      addBase(root.get("base_optimizer_state"));
      addMappings(root.get("param_slice_mappings"));
    } else if (root.get("fp32_groups_flat") instanceof List<?> flat) {
      this.form = Form.BY_GROUP;
      addMasters(flat);
      addBase(root.get(NESTED));
    } else if (root.get("fp32_groups") instanceof List<?> each) {
      this.form = Form.BY_PARAMETER;
      each.forEach(group -> addMasters(group instanceof List<?> list ? list : List.of(group)));
      addBase(root.get(NESTED));
    } else if (root.containsKey(STATE) && root.containsKey(PARAM_GROUPS)) {
      this.form = Form.BY_PARAMETER;
      addBase(root);
    } else {
      throw refuse("is of a form that is not known (%s)", root.keySet());
    }
  }

  private static int partitions(@Nullable Object count) {
    Object first = count instanceof List<?> list && !list.isEmpty() ? list.getFirst() : count;
    return first instanceof Long number && number > 0 && number < 1 << 20
        ? Math.toIntExact(number)
        : 1;
  }

  Form form() {
    return form;
  }

  /// Into how many partitions, each in its own file, the state is cut.
  int partitions() {
    return partitions;
  }

  TorchFile file() {
    return file;
  }

  /// The units of each parameter group.
  List<List<Long>> groups() {
    return groups;
  }

  /// Where the parameters lie in the partition of each group; empty where the file does not say.
  List<Map<String, Address>> mappings() {
    return mappings;
  }

  Optional<StoredLossScale> lossScale() {
    return lossScale;
  }

  boolean hasMasters() {
    return !masters.isEmpty();
  }

  /// Numbers in a unit's masters.
  long length(long unit) {
    return unit < masters.size() ? masters.get(Math.toIntExact(unit)).shape().count() : 0;
  }

  int masterCount() {
    return masters.size();
  }

  /// Optimizer steps taken. Only the last parameter of a group counts in DeepSpeed's fused Adam.
  long step() {
    return step;
  }

  /// Everything that is remembered of any unit.
  Set<String> slots() {
    Set<String> slots = new LinkedHashSet<>();
    for (Map<?, ?> unit : units.values()) {
      unit.keySet().forEach(slot -> slots.add(String.valueOf(slot)));
    }
    slots.remove(STEP);
    return slots;
  }

  /// One slot of a unit, or its masters; empty where nothing is remembered yet.
  Optional<LazyTensor> find(long unit, String slot) {
    if (slot.equals(OptimizerStateFile.MASTER)) {
      return unit < masters.size()
          ? Optional.of(tensor(unit, slot, masters.get(Math.toIntExact(unit))))
          : Optional.empty();
    }
    Map<?, ?> state = units.get(unit);
    return state == null || !state.containsKey(slot)
        ? Optional.empty()
        : Optional.of(tensor(unit, slot, state.get(slot)));
  }

  private LazyTensor tensor(long unit, String slot, @Nullable Object value) {
    if (value instanceof TensorView view && view.dtype() == DType.FLOAT32) {
      return file.tensor(slot + " of " + unit, view);
    }
    throw refuse(
        "holds %s of %d as %s; expected a tensor of float32",
        slot, unit, value instanceof TensorView view ? view.dtype() : "no tensor");
  }

  private void addMasters(List<?> tensors) {
    for (Object tensor : tensors) {
      if (!(tensor instanceof TensorView view)) {
        throw refuse("holds float32 weights that are no tensor");
      }
      masters.add(view);
    }
  }

  private void addBase(@Nullable Object base) {
    if (base instanceof List<?> list) { // "elastic": a dict for each group
      for (Object unit : list) {
        addUnit(units.size(), unit);
        groups.add(List.of((long) groups.size()));
      }
      return;
    }
    if (!(base instanceof Map<?, ?> map)
        || !(map.get(STATE) instanceof Map<?, ?> state)
        || !(map.get(PARAM_GROUPS) instanceof List<?> paramGroups)) {
      throw refuse("has no state and param_groups");
    }
    state.forEach((unit, slots) -> {
      if (!(unit instanceof Long number)) {
        throw refuse("has a state that is not numbered");
      }
      addUnit(number, slots);
    });
    for (Object group : paramGroups) {
      if (!(group instanceof Map<?, ?> dict) || !(dict.get("params") instanceof List<?> params)) {
        throw refuse("has a parameter group without params");
      }
      List<Long> numbers = new ArrayList<>();
      params.forEach(param -> numbers.add(param instanceof Long number ? number : -1L));
      groups.add(numbers);
      count(dict.get(STEP));
    }
  }

  private void addUnit(long unit, @Nullable Object slots) {
    if (!(slots instanceof Map<?, ?> map)) {
      throw refuse("has a state that is no dict");
    }
    units.put(unit, map);
    count(map.get(STEP));
  }

  /// Some optimizers count in a tensor.
  private void count(@Nullable Object steps) {
    if (steps instanceof Number number) {
      step = Math.max(step, number.longValue());
    } else if (steps instanceof TensorView view
        && view.shape().count() == 1
        && view.dtype().isFloatingPoint()) {
      step = Math.max(step, (long) Floats.get(file.intact(STEP, view), 0));
    }
  }

  private void addMappings(@Nullable Object value) {
    if (!(value instanceof List<?> list)) {
      return;
    }
    for (Object group : list) {
      Map<String, Address> addresses = new LinkedHashMap<>();
      if (!(group instanceof Map<?, ?> map)) {
        throw refuse("has param_slice_mappings that are no dicts");
      }
      map.forEach((name, address) ->
          addresses.put(ParameterOrder.key(String.valueOf(name)), address(address)));
      mappings.add(addresses);
    }
  }

  private Address address(@Nullable Object value) {
    if (value instanceof PickledObject object
        && object.state() instanceof Map<?, ?> map
        && map.get("start") instanceof Long start
        && map.get("numel") instanceof Long count
        && start >= 0
        && start < MOST_NUMBERS
        && count >= 0
        && count < MOST_NUMBERS) {
      return new Address(start, count);
    }
    throw refuse("has a param_slice_mapping without start and numel");
  }

  UserException refuse(String format, Object... arguments) {
    return UserException.of(
        "%s: its optimizer state %s; continue with its weights alone by no_load_optim: true or"
            + " finetune: true",
        file.path(), format.formatted(arguments));
  }
}
