package neox.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;
import neox.config.NeoxConfig;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Numbers that no machine can work with end in one line.
class HostileNumbersTest {
  private static final String[] LISTS = {"train", "valid", "test"};

  @TempDir Path directory;
  private Path prefix;

  @BeforeEach
  void write() throws IOException {
    prefix = Datasets.write(directory.resolve("d"), new int[][] {{1, 2, 3}, {4, 5}, {6}});
  }

  @Test
  void moreSamplesThanCanBeCountedAreRefused() throws Exception {
    for (boolean mixture : new boolean[] {false, true}) {
      for (long steps : new long[] {1L << 56, 1L << 58, (1L << 62) + 1, Long.MAX_VALUE}) {
        assertThatThrownBy(() -> open(config(mixture, steps)))
            .isInstanceOf(UserException.class)
            .hasMessageEndingWith(
                "tokens are more than can be counted; expected fewer than 1.00e+18 in the run");
      }
    }
  }

  @Test
  void anOrderThatFitsNeitherDiskNorMemoryIsRefused() throws Exception {
    List<String> log = new ArrayList<>();
    NeoxConfig config = config(false, 1L << 50);
    assertThatThrownBy(() -> RunSamples.open(config, log::add))
        .isInstanceOf(UserException.class)
        .hasMessageMatching(
            "the order of samples has [\\d,]+ entries: [\\d,]+ bytes, and the machine has [\\d,]+"
                + " bytes of memory; ask for fewer samples \\(train_iters, train_batch_size\\)");
    assertThat(log)
        .singleElement()
        .asString()
        .startsWith("warning: " + directory.resolve(".neox-cache") + ": cannot cache the sample")
        .endsWith(" are free); kept in memory");
    assertThat(directory.resolve(".neox-cache")).isEmptyDirectory();
  }

  @Test
  void arraysWithImpossibleHeadersAreRefused() throws Exception {
    for (String shape :
        List.of(
            "9223372036854775807, 2",
            "999999999999999999, 999999999999999999",
            "4294967296, 4294967296,",
            "2, 3",
            "-1, -4")) {
      assertRefused(npy("{'descr': '<i4', 'fortran_order': False, 'shape': (" + shape + "), }"));
    }
    assertRefused(npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4,), }"));
    assertRefused(npy("{'descr': '<i4', 'fortran_order': True, 'shape': (4,), }"));
    assertRefused(npy("\033[2J\n"));
    Path good = npy("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 2), }");
    try (Arena arena = Arena.ofConfined()) {
      assertThat(NpyFile.open(good, arena).shape()).containsExactly(2L, 2L);
    }
  }

  /// An array of 16 bytes.
  private Path npy(String header) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    byte[] file = new byte[10 + text.length + 16];
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0};
    System.arraycopy(magic, 0, file, 0, magic.length);
    System.arraycopy(text, 0, file, magic.length, text.length);
    return Files.write(directory.resolve("a.npy"), file);
  }

  private static void assertRefused(Path file) {
    try (Arena arena = Arena.ofConfined()) {
      assertThatThrownBy(() -> NpyFile.open(file, arena))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith(file + ": ")
          .hasMessageMatching("[\\x20-\\x7e]+");
    }
  }

  private void open(NeoxConfig config) throws IOException {
    RunSamples.open(config, line -> {}).close();
  }

  private NeoxConfig config(boolean mixture, long steps) throws IOException {
    List<String> assignments = new ArrayList<>(List.of("train_iters=" + steps, "eval_iters=1"));
    if (mixture) {
      for (String list : LISTS) {
        assignments.add(list + "_data_paths=[" + prefix + "," + prefix + "]");
      }
    } else {
      assignments.add("data_path=" + prefix);
      assignments.add("split='1'");
    }
    return Configs.of(assignments.toArray(String[]::new));
  }
}
