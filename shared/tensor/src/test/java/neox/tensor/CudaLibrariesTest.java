package neox.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaLibrariesTest {
  @TempDir Path directory;

  @Test
  void whatIsMissingIsToldInOneLineWithTheVersionThatIsNeeded() {
    assertThatThrownBy(() -> CudaLibraries.load(List.of(), file -> !file.contains("n"))) // Nvidia
        .isInstanceOf(UserException.class)
        .hasMessageContaining("cuDNN 9 (libcudnn_graph.so.9")
        .hasMessageContaining("NCCL 2 (libnccl.so.2)")
        .hasMessageContaining("LD_LIBRARY_PATH")
        .hasMessageNotContaining("\n");
  }

  @Test
  void theLoadersOwnPlacesComeFirstThenThePackagesOfPython() throws IOException {
    Path lib = directory.resolve("lib/python3.12/site-packages/nvidia/nccl/lib");
    Files.createDirectories(lib);
    Files.createFile(lib.resolve("libnccl.so.2"));
    List<Path> directories = CudaLibraries.directories(Map.of("VIRTUAL_ENV", directory.toString()));
    assertThat(directories).contains(lib);

    List<String> asked = new ArrayList<>();
    CudaLibraries.load(
        List.of(lib),
        file -> {
          asked.add(file);
          return !file.equals("libnccl.so.2");
        });
    assertThat(asked)
        .startsWith("libcudart.so.13")
        .endsWith("libnccl.so.2", lib.resolve("libnccl.so.2").toString());
  }

  @Test
  void aFolderOfCudaIsNamedByItsVariable() throws IOException {
    Files.createDirectories(directory.resolve("extras/CUPTI/lib64"));
    assertThat(CudaLibraries.directories(Map.of("CUDA_HOME", directory.toString())))
        .contains(directory.resolve("extras/CUPTI/lib64"))
        .doesNotContain(directory.resolve("lib64"));
  }

  @Test
  void aBuildForCpusAsksForNone() {
    CudaLibraries.load();
  }
}
