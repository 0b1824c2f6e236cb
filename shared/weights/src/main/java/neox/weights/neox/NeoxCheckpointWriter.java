package neox.weights.neox;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.config.ModelConfig;
import neox.weights.ParameterSpec;
import neox.weights.TensorView;
import neox.weights.pickle.None;
import neox.weights.pickle.OrderedDict;
import neox.weights.pickle.TorchFileWriter;

/// Writes a checkpoint of one rank as DeepSpeed lays it out, so that NeoX and its tools read it.
///
/// Not atomic by itself: write into a temporary directory, rename it, then call
/// [NeoxCheckpoint#writeLatest].
public final class NeoxCheckpointWriter {
  private static final String DEEPSPEED_VERSION = "0.16.5";

  /// The name of a checkpoint's directory.
  public static String tag(long iteration) {
    return CheckpointDirectory.TAG + iteration;
  }

  /// Writes weights, state and configuration files into `directory`, which must exist.
  public static void write(Path directory, CheckpointContent content) throws IOException {
    Map<Integer, Map<String, TensorView>> layers = new LinkedHashMap<>();
    for (ParameterSpec spec : NeoxParameters.of(content.model(), content.paddedVocab())) {
      TensorView view = content.weights().apply(spec.key());
      if (!view.shape().equals(spec.shape())) {
        throw new IllegalArgumentException(
            spec.key() + " has shape " + view.shape() + "; expected " + spec.shape());
      }
      layers.computeIfAbsent(spec.layer(), l -> new LinkedHashMap<>()).put(spec.name(), view);
    }
    Object module =
        switch (content.layout()) {
          case FILE_PER_LAYER -> writeLayers(directory, layers);
          case FILE_PER_RANK -> wholeModule(layers);
        };
    TorchFileWriter.write(
        directory.resolve("mp_rank_00_model_states.pt"), rankState(content, module));
    Path configs = Files.createDirectories(NeoxCheckpoint.configs(directory));
    for (Map.Entry<String, String> config : content.configs().entrySet()) {
      Files.writeString(
          configs.resolve(config.getKey()), config.getValue(), StandardCharsets.UTF_8);
    }
  }

  private static Object writeLayers(Path directory, Map<Integer, Map<String, TensorView>> layers)
      throws IOException {
    for (Map.Entry<Integer, Map<String, TensorView>> layer : layers.entrySet()) {
      String name =
          String.format(Locale.ROOT, "layer_%02d-model_00-model_states.pt", layer.getKey());
      TorchFileWriter.write(directory.resolve(name), new OrderedDict(layer.getValue()));
    }
    return None.NONE;
  }

  private static Object wholeModule(Map<Integer, Map<String, TensorView>> layers) {
    Map<String, TensorView> module = new LinkedHashMap<>();
    layers.forEach((layer, tensors) ->
        tensors.forEach((name, view) -> module.put(RankTensors.PREFIX + layer + "." + name, view)));
    return new OrderedDict(module);
  }

  /// The top level of `mp_rank_00_model_states.pt`: DeepSpeed's keys, then NeoX's.
  private static Map<String, Object> rankState(CheckpointContent content, Object module) {
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("module", module);
    state.put("buffer_names", List.of());
    for (String unused :
        List.of(
            "optimizer",
            "param_shapes",
            "frozen_param_shapes",
            "shared_params",
            "frozen_param_fragments",
            "lr_scheduler",
            "data_sampler",
            "random_ltd")) {
      state.put(unused, None.NONE);
    }
    state.put("sparse_tensor_module_names", List.of());
    state.put("skipped_steps", 0);
    state.put("global_steps", content.iteration());
    state.put("global_samples", content.samples());
    state.put("dp_world_size", 1);
    state.put("mp_world_size", 1);
    state.put("ds_config", Map.of());
    state.put("ds_version", DEEPSPEED_VERSION);
    state.put("iteration", content.iteration());
    state.put("args", args(content));
    state.putAll(content.state());
    return state;
  }

  /// What NeoX compares with its configuration before it loads.
  private static Map<String, Object> args(CheckpointContent content) {
    ModelConfig model = content.model();
    Map<String, Object> args = new LinkedHashMap<>();
    args.put("num_layers", model.layers());
    args.put("hidden_size", model.hiddenSize());
    args.put("num_attention_heads", model.heads());
    args.put("max_position_embeddings", model.maxPositionEmbeddings());
    args.put("make_vocab_size_divisible_by", model.vocabDivisor());
    args.put("padded_vocab_size", content.paddedVocab());
    args.put("tokenizer_type", content.tokenizerType());
    args.put("model_parallel_size", 1);
    return args;
  }

  private NeoxCheckpointWriter() {}
}
