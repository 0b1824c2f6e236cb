package neox.weights.peft;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import neox.config.LoraConfig;
import neox.config.TuningConfig;
import neox.weights.NamedTensor;
import neox.weights.hf.HfFamily;
import neox.weights.spec.NetworkSpec;

/// Adapters of PEFT as those of a NeoX network that compute the same.
///
/// NeoX has one adapter where transformers has several modules. Where these share their A, so does
/// it; where each has its own, it has all of them, one below the other, and B is zero but for each
/// module's rows at its own columns:
///
///     (B A) = [B_q 0 0; 0 B_k 0; 0 0 B_v] [A_q; A_k; A_v]
///
/// Its rank is that of the largest; what others have less is filled with zeros, to which no
/// gradient flows, since both factors are zero. The same is true of modules and layers without
/// adapters.
public final class PeftAdapter implements AutoCloseable {
  private static final List<String> PROJECTIONS =
      List.of("attention.query_key_value", "attention.dense", "mlp.linear1", "mlp.linear2");

  private final PeftConfig config;
  private final AdapterTensors tensors;
  private final LoraConfig lora;
  private final NetworkSpec network;
  private final Map<String, FusedAdapter> byKey = new HashMap<>();

  private PeftAdapter(
      PeftConfig config, AdapterTensors tensors, HfFamily family, NetworkSpec plain) {
    this.config = config;
    this.tensors = tensors;
    Map<String, FusedAdapter> fused = new LinkedHashMap<>();
    for (Projection each : Projection.of(family, adapted(plain, lora(1, 1, PROJECTIONS)))) {
      fused.put(each.weight(), FusedAdapter.of(each, family, tensors, config));
    }
    tensors.finish(family);
    int rank = fused.values().stream().mapToInt(FusedAdapter::rank).max().orElseThrow();
    Set<String> targets = new LinkedHashSet<>();
    fused.values().stream()
        .filter(each -> each.rank() > 0)
        .forEach(each -> targets.add(each.projection().target()));
    this.lora = lora(rank, tensors.scale() * rank, List.copyOf(targets));
    this.network = adapted(plain, lora);
    for (Projection each : Projection.of(family, network)) {
      FusedAdapter adapter = Objects.requireNonNull(fused.get(each.weight())).of(each);
      byKey.put(each.adapter().a().key(), adapter);
      byKey.put(each.adapter().b().key(), adapter);
    }
  }

  private LoraConfig lora(int rank, double alpha, List<String> targets) {
    return new LoraConfig(rank, alpha, targets, config.dropout());
  }

  private static NetworkSpec adapted(NetworkSpec plain, LoraConfig lora) {
    return NetworkSpec.of(
        plain.config(), plain.paddedVocab(), new TuningConfig(List.of(), false, Optional.of(lora)));
  }

  /// Opens the adapters in `directory`; [UserException] with every reason why a network has none
  /// that compute the same.
  ///
  /// @param config read from there
  /// @param family of the model that they adapt
  /// @param plain its network
  public static PeftAdapter open(
      Path directory, PeftConfig config, HfFamily family, NetworkSpec plain) throws IOException {
    AdapterTensors tensors = AdapterTensors.open(directory);
    boolean read = false;
    try {
      PeftAdapter adapter = new PeftAdapter(config, tensors, family, plain);
      read = true;
      return adapter;
    } finally {
      if (!read) {
        tensors.close();
      }
    }
  }

  /// What NeoX has to be told.
  public LoraConfig lora() {
    return lora;
  }

  /// The network with these adapters.
  public NetworkSpec network() {
    return network;
  }

  /// The whole parameter of a key.
  public NamedTensor tensor(String key) {
    FusedAdapter adapter = byKey.get(key);
    if (adapter == null) {
      throw new IllegalArgumentException("no adapter " + key);
    }
    return adapter.tensor(key, tensors.dtype());
  }

  @Override
  public void close() throws IOException {
    tensors.close();
  }
}
