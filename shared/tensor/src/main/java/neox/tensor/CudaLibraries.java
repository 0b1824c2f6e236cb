package neox.tensor;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import neox.base.Environment;
import neox.base.UserException;

/// Finds the libraries of NVIDIA that libtorch for GPUs is linked with and does not bring, and
/// loads them: the loader then takes those, by their names, wherever they lie. Their names end in
/// the version that is needed. A build for CPUs asks for none of this.
///
/// Looked at: the loader's own places (LD_LIBRARY_PATH, /etc/ld.so.cache), CUDA_HOME, /usr/local,
/// and the packages `nvidia/*/lib` of the Python environment that is active.
final class CudaLibraries {
  private static final String GPU_BUILD = "/org/bytedeco/pytorch/linux-x86_64-gpu/libtorch_cuda.so";

  /// Each before those that need it.
  private enum Product {
    CUDA(
        "CUDA 13",
        List.of(
            "libcudart.so.13",
            "libnvJitLink.so.13",
            "libcupti.so.13",
            "libnvrtc.so.13",
            "libcublasLt.so.13",
            "libcublas.so.13",
            "libcusparse.so.12",
            "libcusolver.so.12",
            "libcufft.so.12",
            "libcurand.so.10",
            "libcufile.so.0")),
    CUDNN(
        "cuDNN 9",
        List.of(
            "libcudnn_graph.so.9",
            "libcudnn_ops.so.9",
            "libcudnn_cnn.so.9",
            "libcudnn_adv.so.9",
            "libcudnn.so.9")),
    NCCL("NCCL 2", List.of("libnccl.so.2"));

    private final String words;

    @SuppressWarnings("ImmutableEnumChecker") // made by List.of
    private final List<String> files;

    Product(String words, List<String> files) {
      this.words = words;
      this.files = files;
    }
  }

  /// Loads them, where this is a build for GPUs.
  ///
  /// @throws UserException when some are nowhere: a line with all of them
  static void load() {
    if (CudaLibraries.class.getResource(GPU_BUILD) != null) {
      load(directories(Environment.all()), CudaLibraries::opens);
    }
  }

  /// @param directories where to look besides the loader's own places
  /// @param opens whether a library can be loaded by a name or path
  static void load(List<Path> directories, Predicate<String> opens) {
    List<String> missing = new ArrayList<>();
    for (Product product : Product.values()) {
      List<String> files =
          product.files.stream().filter(file -> !isLoaded(file, directories, opens)).toList();
      if (!files.isEmpty()) {
        missing.add(product.words + " (" + String.join(", ", files) + ")");
      }
    }
    if (!missing.isEmpty()) {
      throw UserException.of(
          "this build computes on GPUs with NVIDIA's libraries, and finds none of %s; install them"
              + " (packages cuda-libraries-13-1, libcudnn9-cuda-13 and libnccl2; or activate a Python"
              + " environment that has torch for CUDA 13), name their folders in LD_LIBRARY_PATH, or"
              + " use the build for CPUs",
          String.join(", ", missing));
    }
  }

  private static boolean isLoaded(String file, List<Path> directories, Predicate<String> opens) {
    return Stream.concat(
            Stream.of(file),
            directories.stream()
                .map(directory -> directory.resolve(file))
                .filter(Files::exists)
                .map(Path::toString))
        .anyMatch(opens);
  }

  /// For as long as the process lives.
  @SuppressWarnings("restricted") // what libtorch would load itself
  private static boolean opens(String nameOrPath) {
    try {
      Object _ =
          nameOrPath.startsWith("/")
              ? SymbolLookup.libraryLookup(Path.of(nameOrPath), Arena.global())
              : SymbolLookup.libraryLookup(nameOrPath, Arena.global());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  static List<Path> directories(Map<String, String> environment) {
    List<Path> homes = new ArrayList<>();
    Optional.ofNullable(environment.get("CUDA_HOME")).map(Path::of).ifPresent(homes::add);
    homes.addAll(matching(Path.of("/usr/local"), "cuda*"));
    List<Path> directories = new ArrayList<>();
    for (Path home : homes) {
      directories.add(home.resolve("lib64"));
      directories.add(home.resolve("extras/CUPTI/lib64"));
    }
    for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
      Optional.ofNullable(environment.get(variable))
          .map(Path::of)
          .ifPresent(python -> directories.addAll(ofPython(python)));
    }
    return directories.stream().filter(Files::isDirectory).collect(Collectors.toList());
  }

  private static List<Path> ofPython(Path environment) {
    return matching(environment.resolve("lib"), "python3*").stream()
        .flatMap(python -> matching(python.resolve("site-packages/nvidia"), "*").stream())
        .map(product -> product.resolve("lib"))
        .toList();
  }

  /// The entries of a directory that match, the last by name first: the newest version.
  private static List<Path> matching(Path directory, String pattern) {
    List<Path> found = new ArrayList<>();
    if (Files.isDirectory(directory)) {
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, pattern)) {
        entries.forEach(found::add);
      } catch (IOException e) {
        return List.of(); // what may not be looked at holds nothing for us
      }
    }
    found.sort(Comparator.reverseOrder());
    return found;
  }

  private CudaLibraries() {}
}
