package neox.weights.neox;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.weights.ByteSource;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.Woven;
import neox.weights.Zeros;
import neox.weights.pickle.TorchFile;

/// The tensors of one tensor-parallel rank under NeoX's current names, and where each came from.
final class RankTensors {
  /// A tensor, and the file and key it was stored under.
  record Stored(Path file, String key, LazyTensor tensor) {
    DType dtype() {
      return tensor.dtype();
    }

    Shape shape() {
      return tensor.shape();
    }
  }

  /// Starts every key of a whole network.
  static final String PREFIX = "sequential.";

  /// Names before mid-2024 and what they became.
  private static final Map<String, String> RENAMED =
      Map.of("mlp.dense_h_to_4h.", "mlp.linear1.", "mlp.dense_4h_to_h.", "mlp.linear2.");

  /// Constants that some versions store beside the parameters.
  private static final Set<String> BUFFERS =
      Set.of(
          "attention.rotary_emb.inv_freq",
          "attention.alibi_embed.slopes",
          "position_embeddings.inv_freq");

  private final Map<String, Stored> tensors = new LinkedHashMap<>();
  private final CheckpointDigests digests;

  /// @param digests that tensors are compared with when they are used
  RankTensors(CheckpointDigests digests) {
    this.digests = digests;
  }

  /// Adds a layer file's flat dict.
  void addLayer(TorchFile file, int layer) {
    map(file, file.root())
        .forEach((name, value) -> add(file, String.valueOf(name), layer + ".", value));
    joinLlamaMlp(file, String.valueOf(layer));
  }

  /// Adds the state dict of a whole network (`pipe_parallel_size: 0`).
  void addModule(TorchFile file, Object dict) {
    map(file, dict).forEach((name, value) -> add(file, String.valueOf(name), "", value));
    for (String key : List.copyOf(tensors.keySet())) {
      if (key.endsWith(".mlp.w1.weight")) {
        joinLlamaMlp(file, key.substring(0, key.length() - ".mlp.w1.weight".length()));
      }
    }
  }

  Set<String> keys() {
    return tensors.keySet();
  }

  Optional<Stored> find(String key) {
    return Optional.ofNullable(tensors.get(key));
  }

  /// Takes these tensors in place of its own.
  void replaceAll(Map<String, Stored> others) {
    tensors.clear();
    tensors.putAll(others);
  }

  private void add(TorchFile file, String stored, String prefix, Object value) {
    String key = prefix + (stored.startsWith(PREFIX) ? stored.substring(PREFIX.length()) : stored);
    String name = key.substring(key.indexOf('.') + 1);
    if (BUFFERS.contains(name) || name.endsWith("_extra_state")) {
      return;
    }
    if (!(value instanceof TensorView view)) {
      throw UserException.of("%s: %s is not a tensor", file.path(), stored);
    }
    LazyTensor tensor = file.tensor(stored, view);
    tensors.put(
        current(key), new Stored(file.path(), stored, digests.compared(file, stored, tensor)));
  }

  static String current(String key) {
    for (Map.Entry<String, String> renamed : RENAMED.entrySet()) {
      if (key.contains(renamed.getKey())) {
        return key.replace(renamed.getKey(), renamed.getValue());
      }
    }
    return key;
  }

  /// LLaMA blocks of 2023 kept gate (w1), up (w3) and down (w2) apart; linear1 is [up | gate].
  private void joinLlamaMlp(TorchFile file, String layer) {
    Stored gate = tensors.remove(layer + ".mlp.w1.weight");
    Stored up = tensors.remove(layer + ".mlp.w3.weight");
    Stored down = tensors.remove(layer + ".mlp.w2.weight");
    if (gate == null && up == null && down == null) {
      return;
    }
    if (gate == null || up == null || down == null) {
      throw UserException.of(
          "%s: layer %s needs all of mlp.w1.weight, mlp.w2.weight, mlp.w3.weight",
          file.path(), layer);
    }
    Shape half = gate.shape();
    DType dtype = gate.dtype();
    if (half.rank() != 2 || !half.equals(up.shape()) || dtype != up.dtype()) {
      throw UserException.of(
          "%s: layer %s: mlp.w1.weight %s and mlp.w3.weight %s do not fit together",
          file.path(), layer, half, up.shape());
    }
    ByteSource both = Woven.concatenated(List.of(up.tensor().bytes(), gate.tensor().bytes()));
    LazyTensor linear1 = new LazyTensor(dtype, half.with(0, 2 * half.size(0)), both);
    tensors.put(layer + ".mlp.linear1.weight", new Stored(file.path(), "mlp.w1.weight", linear1));
    tensors.put(layer + ".mlp.linear2.weight", down);
  }

  /// Gives empty tensors the shapes and weights that an optimizer has of them, in their own type.
  void fill(RankState optimizer) {
    for (Map.Entry<String, Stored> entry : tensors.entrySet()) {
      String key = entry.getKey();
      Stored empty = entry.getValue();
      if (optimizer.keys().contains(key)) {
        Shape shape = optimizer.shape(key);
        LazyTensor master = optimizer.tensor(key, shape, OptimizerStateFile.MASTER);
        LazyTensor filled =
            empty.dtype().isFloatingPoint()
                ? master.to(empty.dtype())
                : zeros(empty.dtype(), shape);
        entry.setValue(new Stored(empty.file(), empty.key(), filled));
      }
    }
  }

  /// What nobody is going to read: the type is wrong.
  private static LazyTensor zeros(DType dtype, Shape shape) {
    return new LazyTensor(dtype, shape, new Zeros(shape.count() * dtype.bytes()));
  }

  private static Map<?, ?> map(TorchFile file, Object dict) {
    if (dict instanceof Map<?, ?> map) {
      return map;
    }
    throw UserException.of("%s: does not hold a dict of tensors", file.path());
  }
}
