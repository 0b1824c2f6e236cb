package neox.weights.pickle;

import static java.util.Map.entry;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.weights.DType;

/// The closed list of names a file may mention, and what each one makes.
///
/// `__builtin__` and `builtins`, `numpy.core` and `numpy._core` are the same module under the names
/// of two generations.
final class Globals {
  /// Makes the value of one Python call.
  interface Maker {
    Object make(Tuple arguments, StorageReader storages);
  }

  /// A storage named by a persistent id.
  record Storage(DType dtype, String key, long elements) {}

  /// Classes kept as [PickledObject]: they carry state that is shown, never used.
  private static final Set<String> OPAQUE =
      Set.of(
          "_io.BytesIO",
          "argparse.Namespace",
          "builtins.object",
          "deepspeed.runtime.fp16.loss_scaler.DynamicLossScaler",
          "deepspeed.runtime.fp16.loss_scaler.LossScaler",
          "deepspeed.runtime.zero.config.ZeroStageEnum",
          "deepspeed.utils.tensor_fragment.fragment_address",
          "numpy.dtype",
          NumpyArray.TYPE,
          "pathlib.PosixPath",
          "pathlib.WindowsPath",
          "pathlib._local.PosixPath",
          "pathlib._local.WindowsPath",
          "torch.Tensor",
          "torch.device",
          "torch.bfloat16",
          "torch.bool",
          "torch.float16",
          "torch.float32",
          "torch.float64",
          "torch.int16",
          "torch.int32",
          "torch.int64",
          "torch.int8",
          "torch.nn.parameter.Parameter",
          "torch.uint8");

  private static final String TENSOR = "torch._utils._rebuild_tensor_v2";
  private static final String PARAMETER = "torch._utils._rebuild_parameter";

  private static final Map<String, Maker> MAKERS =
      Map.ofEntries(
          entry("collections.OrderedDict", (arguments, storages) -> map(arguments)),
          entry("builtins.set", (arguments, storages) -> new LinkedHashSet<>(hashable(arguments))),
          entry(
              "builtins.frozenset",
              (arguments, storages) -> new LinkedHashSet<>(hashable(arguments))),
          entry("_codecs.encode", (arguments, storages) -> encode(arguments)),
          entry("torch.Size", (arguments, storages) -> arguments.get(0)),
          entry(TENSOR, Globals::tensor),
          entry(PARAMETER, (arguments, storages) -> arguments.get(0)),
          entry(
              "torch._utils._rebuild_parameter_with_state",
              (arguments, storages) -> arguments.get(0)),
          entry("torch._tensor._rebuild_from_type_v2", Globals::tensorWithAttributes),
          entry(
              "numpy._core.multiarray._reconstruct",
              (arguments, storages) -> new PickledObject(NumpyArray.TYPE, List.of())),
          entry("numpy._core.multiarray.scalar", (arguments, storages) -> scalar(arguments)),
          entry(
              "numpy._core.numeric._frombuffer",
              (arguments, storages) -> NumpyArray.fromBuffer(arguments)));

  /// The allowed global of that name; empty when it is not on the list.
  static Optional<GlobalName> find(String module, String name) {
    GlobalName global = new GlobalName(canonical(module) + "." + name);
    boolean allowed =
        MAKERS.containsKey(global.name())
            || OPAQUE.contains(global.name())
            || DistributedNames.ALL.contains(global.name())
            || storageType(global).isPresent();
    return allowed ? Optional.of(global) : Optional.empty();
  }

  /// The value of a Python call of an allowed global.
  static Object call(GlobalName global, Tuple arguments, StorageReader storages) {
    Maker maker = MAKERS.get(global.name());
    return maker == null
        ? new PickledObject(global.name(), arguments.items())
        : maker.make(arguments, storages);
  }

  /// The element type of a typed storage class; empty for any other name.
  static Optional<DType> storageType(GlobalName global) {
    for (DType dtype : DType.values()) {
      if (global.name().equals("torch." + dtype.torchStorage())) {
        return Optional.of(dtype);
      }
    }
    return Optional.empty();
  }

  /// A value that may be a dict key or set member: equality on it cannot blow up. (An object equals
  /// itself alone.)
  static Object hashable(Object value) {
    boolean flat = value instanceof Tuple tuple && tuple.items().stream().allMatch(Globals::scalar);
    if (!flat && !scalar(value) && !(value instanceof PickledObject)) {
      throw new IllegalArgumentException("a dict key or set member is neither a number nor text");
    }
    return value;
  }

  private static String canonical(String module) {
    if (module.equals("__builtin__")) {
      return "builtins";
    }
    return module.startsWith("numpy.core.") ? module.replace(".core.", "._core.") : module;
  }

  private static boolean scalar(Object value) {
    return value instanceof String
        || value instanceof Number
        || value instanceof Boolean
        || value == None.NONE;
  }

  private static Map<Object, Object> map(Tuple arguments) {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (arguments.size() > 0) {
      for (Object pair : (List<?>) arguments.get(0)) {
        List<?> items = pair instanceof Tuple tuple ? tuple.items() : (List<?>) pair;
        map.put(hashable(items.get(0)), items.get(1));
      }
    }
    return map;
  }

  private static List<Object> hashable(Tuple arguments) {
    List<Object> members = new ArrayList<>();
    if (arguments.size() > 0) {
      for (Object member : (List<?>) arguments.get(0)) {
        members.add(hashable(member));
      }
    }
    return members;
  }

  /// How protocol 2 writes bytes.
  private static byte[] encode(Tuple arguments) {
    if (arguments.size() != 2 || !"latin1".equals(arguments.get(1))) {
      throw new IllegalArgumentException("_codecs.encode with an encoding other than latin1");
    }
    return ((String) arguments.get(0)).getBytes(StandardCharsets.ISO_8859_1);
  }

  private static Object scalar(Tuple arguments) {
    return NumpyArray.scalar((PickledObject) arguments.get(0), (byte[]) arguments.get(1));
  }

  private static Object tensor(Tuple arguments, StorageReader storages) {
    Storage storage = (Storage) arguments.get(0);
    long offset = (Long) arguments.get(1);
    long[] sizes = longs((Tuple) arguments.get(2));
    long[] strides = longs((Tuple) arguments.get(3));
    return storages.tensor(
        storage.dtype(), storage.key(), storage.elements(), offset, sizes, strides);
  }

  /// A tensor that somebody has given attributes, as DeepSpeed does with ZeRO 3: without them.
  private static Object tensorWithAttributes(Tuple arguments, StorageReader storages) {
    if (arguments.get(0) instanceof GlobalName maker
        && arguments.get(2) instanceof Tuple inner
        && (maker.name().equals(TENSOR) || maker.name().equals(PARAMETER))) {
      return call(maker, inner, storages);
    }
    throw new IllegalArgumentException("a tensor that is made neither as one nor as a parameter");
  }

  private static long[] longs(Tuple tuple) {
    return tuple.items().stream().mapToLong(value -> (Long) value).toArray();
  }

  private Globals() {}
}
