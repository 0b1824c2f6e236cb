package neox.preprocess.command;

import static neox.preprocess.Packed.gzip;
import static neox.preprocess.Packed.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.data.indexed.IndexedTokens;
import neox.preprocess.Run;
import neox.preprocess.input.InputFile;
import neox.preprocess.input.InputFormat;
import neox.preprocess.input.Shard;
import neox.preprocess.input.Slice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardTest {
  @TempDir Path directory;
  private Path out;

  @BeforeEach
  void makeOutputDirectory() throws IOException {
    out = Files.createDirectory(directory.resolve("out"));
  }

  @Test
  void allShardsInOrderAreTheWhole() throws Exception {
    String lines = "\uFEFF\"one\"\n\"zwei\"\n\"" + "x".repeat(50) + "\"\n\"é\"\n\"last\"";
    Path plain = Files.writeString(directory.resolve("a.jsonl"), lines);
    Path packed = Files.write(directory.resolve("b.jsonl.gz"), gzip(utf8("\"p\"\n\"q\"\n")));
    Path empty = Files.createFile(directory.resolve("c.jsonl"));
    Path text = Files.writeString(directory.resolve("d.txt"), "text");
    String input =
        String.join(
            ",",
            empty.toString(),
            plain.toString(),
            packed.toString(),
            text.toString(),
            plain.toString(),
            empty.toString());
    assertThat(Run.bytes(out, input).exitCode()).isZero();
    List<String> whole = Run.documents(out, "text");
    assertThat(whole).hasSize(13);
    byte[] tokens = Files.readAllBytes(out.resolve("out_text_document.bin"));
    for (int count : new int[] {2, 3, 5, 9, 20}) {
      assertThat(shards(input, count)).as(count + " shards").isEqualTo(tokens);
    }
  }

  @Test
  void cutsLargeFilesAtTheFirstByteOfALineWhereverTheChunksEnd() throws Exception {
    Random random = new Random(7);
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 4000; i++) {
      int length = i % 1000 == 500 ? 300_000 : random.nextInt(300);
      lines.append('"').append(i).append(' ').append("y".repeat(length)).append("\"\n");
    }
    String input = Files.writeString(directory.resolve("a.jsonl"), lines).toString();
    Run.bytes(out, input);
    byte[] tokens = Files.readAllBytes(out.resolve("out_text_document.bin"));
    for (int count : new int[] {2, 7}) {
      assertThat(shards(input, count)).as(count + " shards").isEqualTo(tokens);
    }
  }

  /// The tokens of all shards, one behind the other.
  private byte[] shards(String input, int count) throws IOException {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (int index = 0; index < count; index++) {
      Run run = Run.bytes(out, input, "--shard", index + "/" + count, "--overwrite");
      assertThat(run.exitCode()).as(run.err()).isZero();
      Path prefix = out.resolve("out_%05d-of-%05d_text_document".formatted(index, count));
      IndexedTokens.open(prefix).close(); // checks that the files fit
      joined.write(Files.readAllBytes(Path.of(prefix + ".bin")));
    }
    return joined.toByteArray();
  }

  @Test
  void dividesTheBytesEvenlyWithoutOverflow() {
    InputFile file =
        new InputFile(
            new InputFile.Origin.OnDisk(Path.of("a.jsonl")),
            "a.jsonl",
            InputFormat.JSON_LINES,
            Long.MAX_VALUE / 2);
    long share = Long.MAX_VALUE / 2 / 100_000;
    for (int index = 1; index < 99_999; index += 9999) {
      Slice slice = new Shard(index, 100_000).of(List.of(file)).getFirst().slice();
      assertThat(slice.from()).isBetween(index * share, index * share + 100_000);
      assertThat(slice.to() - slice.from()).isBetween(share, share + 1);
    }
    Slice last = new Shard(99_999, 100_000).of(List.of(file)).getFirst().slice();
    assertThat(last.to()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void namesTheTrueLineOfABadRow() throws Exception {
    StringBuilder lines = new StringBuilder();
    for (int i = 1; i <= 1000; i++) {
      lines.append(i == 777 ? "7\n" : "\"row " + i + "\"\n");
    }
    String input = Files.writeString(directory.resolve("a.jsonl"), lines).toString();
    List<String> messages = new ArrayList<>();
    for (int index = 0; index < 5; index++) {
      Run run = Run.bytes(out, input, "--shard", index + "/5");
      if (run.exitCode() != 0) {
        messages.add(run.err());
      }
    }
    assertThat(messages)
        .containsExactly(
            "neox-preprocess: "
                + input
                + ":777: expected a JSON string or object, found a number\n");
  }

  @Test
  void refusesWhatCannotBeDividedAndSharesThatAreNone() {
    assertThat(Run.bytes(out, "-", "--shard", "0/2").err())
        .isEqualTo("neox-preprocess: --shard 0/2: standard input cannot be divided; give files\n");
    assertThat(Run.bytes(out, "-", "--shard", "2/2").err())
        .isEqualTo("neox-preprocess: --shard: expected i/n with 0 <= i < n <= 100000, found 2/2\n");
    assertThat(Run.bytes(out, "-", "--shard", "half").err())
        .isEqualTo(
            "neox-preprocess: --shard: expected I/N such as 0/4 (the first of four) or env, found"
                + " half\n");
  }

  @Test
  void takesTheShardFromWhatALauncherSets() {
    assertThat(of("RANK", "3", "WORLD_SIZE", "8", "SLURM_PROCID", "1", "SLURM_NTASKS", "2"))
        .isEqualTo(new Shard(3, 8));
    assertThat(of("OMPI_COMM_WORLD_RANK", "0", "OMPI_COMM_WORLD_SIZE", "2"))
        .isEqualTo(new Shard(0, 2));
    assertThat(of("SLURM_PROCID", "1", "SLURM_NTASKS", "2")).isEqualTo(new Shard(1, 2));
    assertThat(array("7", "5", "9", "5", "1")).isEqualTo(new Shard(2, 5));
    assertThat(array("8", "0", "12", "4", "4")).isEqualTo(new Shard(2, 4));
  }

  /// What Slurm sets in the script that sbatch starts, and what it adds in the tasks of srun.
  @Test
  void refusesABatchScriptOfSeveralTasksThatSrunDidNotStart() {
    String[] script = {
      "SLURM_JOB_ID", "17",
      "SLURM_NTASKS", "8",
      "SLURM_NPROCS", "8",
      "SLURM_PROCID", "0",
      "SLURM_LOCALID", "0",
      "SLURM_TASKS_PER_NODE", "8"
    };
    assertThatThrownBy(() -> of(script))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "--shard env: this is the batch script of a Slurm job of 8 tasks, which runs once, so"
                + " that part 0 of 8 would be made alone; start it with srun: srun neox-preprocess …"
                + " --shard env, or ask for one task (--ntasks=1), or give --shard I/N");
    assertThatThrownBy(() ->
            of(
                with(
                    script,
                    "SLURM_ARRAY_TASK_ID",
                    "0",
                    "SLURM_ARRAY_TASK_MIN",
                    "0",
                    "SLURM_ARRAY_TASK_MAX",
                    "3",
                    "SLURM_ARRAY_TASK_COUNT",
                    "4")))
        .hasMessageStartingWith("--shard env: this is the batch script of a Slurm job of 8 tasks");
    assertThat(of(with(script, "SLURM_STEP_ID", "0", "SLURM_STEPID", "0")))
        .isEqualTo(new Shard(0, 8));
    assertThat(of(with(script, "SLURM_STEP_NUM_TASKS", "8"))).isEqualTo(new Shard(0, 8));
    assertThat(of(with(script, "SLURM_NTASKS", "1"))).isEqualTo(Shard.WHOLE);
    assertThat(of(with(script, "OMPI_COMM_WORLD_RANK", "2", "OMPI_COMM_WORLD_SIZE", "4")))
        .isEqualTo(new Shard(2, 4));
    assertThat(of(with(script, "PMI_RANK", "5", "PMI_SIZE", "8"))).isEqualTo(new Shard(5, 8));
    assertThat(of(with(script, "RANK", "0", "WORLD_SIZE", "2"))).isEqualTo(new Shard(0, 2));
  }

  private static String[] with(String[] environment, String... more) {
    return Stream.concat(Arrays.stream(environment), Arrays.stream(more)).toArray(String[]::new);
  }

  @Test
  void dividesAmongAllTasksOfAllMembersOfAnArray() {
    assertThat(
            of(
                "SLURM_PROCID", "1",
                "SLURM_NTASKS", "2",
                "SLURM_ARRAY_TASK_ID", "3",
                "SLURM_ARRAY_TASK_MIN", "1",
                "SLURM_ARRAY_TASK_MAX", "4",
                "SLURM_ARRAY_TASK_COUNT", "4"))
        .isEqualTo(new Shard(5, 8));
  }

  @Test
  void refusesAnEnvironmentThatSaysNothingOrNonsense() {
    assertThatThrownBy(() -> of("RANK", "1"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "--shard env: none of RANK and WORLD_SIZE, OMPI_COMM_WORLD_RANK and _SIZE,"
                + " MV2_COMM_WORLD_RANK and _SIZE, PMI_RANK and PMI_SIZE, SLURM_PROCID and"
                + " SLURM_NTASKS, SLURM_ARRAY_TASK_ID and _COUNT is set; give --shard I/N");
    assertThatThrownBy(() -> of("RANK", "one", "WORLD_SIZE", "2"))
        .hasMessage("--shard env: RANK: expected a number, found \"one\"");
    assertThatThrownBy(() -> array("3", "1", "7", "3", "1"))
        .hasMessage(
            "--shard env: the Slurm array from 1 to 7 has 3 tasks, so their numbers have gaps; give"
                + " --shard I/N");
  }

  private static Shard array(String id, String min, String max, String count, String step) {
    return of(
        "SLURM_ARRAY_TASK_ID", id,
        "SLURM_ARRAY_TASK_MIN", min,
        "SLURM_ARRAY_TASK_MAX", max,
        "SLURM_ARRAY_TASK_COUNT", count,
        "SLURM_ARRAY_TASK_STEP", step);
  }

  private static Shard of(String... namesAndValues) {
    Map<String, String> environment = new java.util.HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      environment.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return ShardOption.parse("env", environment);
  }
}
