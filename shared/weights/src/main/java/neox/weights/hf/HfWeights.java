package neox.weights.hf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.weights.LazyTensor;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.pickle.TorchStore;
import neox.weights.safetensors.SafetensorsDirectory;

/// The tensors of a Hugging Face directory under the names of its family, found as transformers
/// finds them: in the first of four files that is there, with the network's own name in front of a
/// tensor's or without, the head under the name of any version.
final class HfWeights implements TensorStore {
  private static final String HEAD = "lm_head.weight";

  /// Constants that older exports store beside the parameters.
  private static final List<String> BUFFERS =
      List.of(
          ".attention.bias",
          ".attention.masked_bias",
          ".rotary_emb.inv_freq",
          ".rotary_emb.cos_cached",
          ".rotary_emb.sin_cached");

  /// Opens a file of weights.
  private interface Opener {
    TensorStore open(Path file) throws IOException;
  }

  private static final Map<String, Opener> FILES = files();

  private static Map<String, Opener> files() {
    Map<String, Opener> files = new LinkedHashMap<>();
    files.put("model.safetensors", SafetensorsDirectory::openFile);
    files.put("model.safetensors.index.json", SafetensorsDirectory::openIndex);
    files.put("pytorch_model.bin", TorchStore::openFile);
    files.put("pytorch_model.bin.index.json", TorchStore::openIndex);
    return Collections.unmodifiableMap(files);
  }

  private final Path directory;
  private final HfFamily family;
  private final TensorStore store;

  /// The family's name of each tensor → its name in the file.
  private final Map<String, String> stored = new LinkedHashMap<>();

  private HfWeights(Path directory, HfFamily family, TensorStore store) {
    this.directory = directory;
    this.family = family;
    this.store = store;
  }

  /// Opens what transformers would; [UserException] when there is nothing.
  static HfWeights open(Path directory, HfFamily family) throws IOException {
    for (Map.Entry<String, Opener> known : FILES.entrySet()) {
      Path file = directory.resolve(known.getKey());
      if (Files.exists(file)) {
        HfWeights weights = new HfWeights(directory, family, known.getValue().open(file));
        boolean named = false;
        try {
          weights.nameAll();
          named = true;
          return weights;
        } finally {
          if (!named) {
            weights.close();
          }
        }
      }
    }
    throw UserException.of(
        "%s: no weights; expected model.safetensors, its index, or pytorch_model.bin%s",
        directory, others(directory));
  }

  private void nameAll() {
    for (String name : store.names()) {
      boolean buffer = BUFFERS.stream().anyMatch(("." + name)::endsWith);
      String before = buffer ? null : stored.put(familyName(name), name);
      if (before != null) {
        throw UserException.of(
            "%s: %s and %s are the same tensor; expected one of them", directory, before, name);
      }
    }
  }

  /// The name that a tensor has in the family's own exports.
  private String familyName(String name) {
    String base = family.baseName() + ".";
    if (name.equals(HEAD) || name.equals(base + HEAD) || name.equals(family.headName())) {
      return family.headName();
    }
    return name.startsWith(base) ? name : base + name;
  }

  /// Makes one of embedding and head, which are the same parameter.
  ///
  /// @param embedding the family's name of it
  void tieHead(String embedding) throws IOException {
    String head = stored.remove(family.headName());
    if (head == null) {
      return;
    }
    String table = stored.putIfAbsent(embedding, head);
    if (table != null && !store.tensor(table).isSameAs(store.tensor(head))) {
      throw UserException.of(
          "%s: %s differs from %s, though tie_word_embeddings says that they are one; set it to"
              + " false in %s if they are not",
          directory, head, table, HfConfig.FILE);
    }
  }

  /// What a tensor is called in its file.
  String inFile(String name) {
    return stored.getOrDefault(name, name);
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(stored.keySet());
  }

  @Override
  public TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  public LazyTensor tensor(String name) {
    String inFile = stored.get(name);
    if (inFile == null) {
      throw new IllegalArgumentException("no tensor " + name);
    }
    return store.tensor(inFile);
  }

  @Override
  public void close() throws IOException {
    store.close();
  }

  /// What is there instead, as the end of a message.
  private static String others(Path directory) throws IOException {
    Map<String, String> hints = new LinkedHashMap<>();
    hints.put(
        "(model-\\d+-of-\\d+\\.safetensors|pytorch_model-\\d+-of-\\d+\\.bin)",
        "one of several files, without their index.json");
    hints.put("adapter_(config\\.json|model\\..*)", "an adapter; merge it into its model first");
    hints.put(".*\\.gguf", "llama.cpp's format");
    hints.put("tf_model\\.h5|.*\\.ckpt.*", "TensorFlow's format");
    hints.put("flax_model.*\\.msgpack", "Flax's format");
    hints.put(".*\\.(incomplete|part|aria2)", "a download that was broken off");
    try (Stream<Path> entries = Files.list(directory)) {
      List<String> names = entries.map(entry -> entry.getFileName().toString()).sorted().toList();
      for (Map.Entry<String, String> hint : hints.entrySet()) {
        for (String name : names) {
          if (name.matches(hint.getKey())) {
            return "; found " + name + ", " + hint.getValue();
          }
        }
      }
    }
    return "";
  }
}
