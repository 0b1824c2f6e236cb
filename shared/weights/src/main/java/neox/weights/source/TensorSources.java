package neox.weights.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.weights.TensorStore;
import neox.weights.pickle.TorchStore;
import neox.weights.pickle.TorchTensors;
import neox.weights.safetensors.SafetensorsDirectory;

/// Opens tensors under the names of their files, whatever they are the weights of.
public final class TensorSources {
  private static final String SAFETENSORS = ".safetensors";

  private interface Opener {
    TensorStore open(Path file) throws IOException;
  }

  /// What weights in a directory are called, in the order in which they count.
  private static final Map<String, Opener> IN_DIRECTORIES = inDirectories();

  private static Map<String, Opener> inDirectories() {
    Map<String, Opener> openers = new LinkedHashMap<>();
    openers.put("model.safetensors", SafetensorsDirectory::openFile);
    openers.put("model.safetensors.index.json", SafetensorsDirectory::openIndex);
    openers.put("pytorch_model.bin", TorchStore::openFile);
    openers.put("pytorch_model.bin.index.json", TorchStore::openIndex);
    openers.put("adapter_model.safetensors", SafetensorsDirectory::openFile);
    return openers;
  }

  /// A safetensors file, or a file of torch, whose tensors are found wherever they are.
  public static TensorStore openFile(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    if (name.endsWith(SAFETENSORS)) {
      return SafetensorsDirectory.openFile(file);
    }
    if (name.endsWith(SAFETENSORS + ".index.json")) {
      return SafetensorsDirectory.openIndex(file);
    }
    if (name.endsWith(".pt") || name.endsWith(".bin") || name.endsWith(".pth")) {
      return TorchTensors.open(file);
    }
    throw UserException.of(
        "%s: cannot tell what it is by its name; expected .safetensors, .pt, .pth or .bin", file);
  }

  /// True when a directory holds weights as models of Hugging Face do.
  public static boolean isIn(Path directory) {
    return inDirectory(directory).isPresent();
  }

  /// The weights that lie in a directory as those of Hugging Face do.
  public static TensorStore openDirectory(Path directory) throws IOException {
    String name =
        inDirectory(directory)
            .orElseThrow(() ->
                UserException.of(
                    "%s: no weights in it; expected one of %s",
                    directory, String.join(", ", IN_DIRECTORIES.keySet())));
    Opener opener = IN_DIRECTORIES.getOrDefault(name, SafetensorsDirectory::openFile);
    return opener.open(directory.resolve(name));
  }

  private static Optional<String> inDirectory(Path directory) {
    return IN_DIRECTORIES.keySet().stream()
        .filter(name -> Files.exists(directory.resolve(name)))
        .findFirst();
  }

  private TensorSources() {}
}
