package neox.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.data.indexed.ItemRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Five thousand random splits, blends and whole runs, equal to the last bit to [ReferencePort].
class RandomRunsTest {
  private static final int SPLITS = 2600;
  private static final int BLENDS = 2000;
  private static final int RUNS = 400;

  private final Random random = new Random(9);

  @Test
  void splitsAreThoseOfGptNeox() {
    int refused = 0;
    for (int n = 0; n < SPLITS; n++) {
      String text = split();
      long documents = random.nextInt(4) == 0 ? random.nextInt(100_000) : random.nextInt(60);
      long[] bounds = ReferencePort.split(text, documents);
      if (bounds[1] < 0) {
        assertThatThrownBy(() -> Split.parse(text).ranges(documents))
            .isInstanceOf(UserException.class)
            .hasMessageStartingWith("split: of " + documents + " documents, the shares ");
        refused++;
        continue;
      }
      List<ItemRange> expected = new ArrayList<>();
      for (int part = 0; part < 3; part++) {
        expected.add(new ItemRange(bounds[part], bounds[part + 1]));
      }
      assertThat(Split.parse(text).ranges(documents))
          .as("%s of %d", text, documents)
          .isEqualTo(expected);
    }
    assertThat(refused).isBetween(1, SPLITS / 20);
  }

  /// One to three shares that are not all zero.
  private String split() {
    String separator = random.nextBoolean() ? "," : "/";
    int style = random.nextInt(4);
    String text;
    do {
      text =
          IntStream.rangeClosed(0, random.nextInt(3))
              .mapToObj(part -> share(style))
              .collect(Collectors.joining(separator));
    } while (!text.matches(".*[1-9].*"));
    return text;
  }

  private String share(int style) {
    return switch (style) {
      case 0 -> random.nextInt(3) + "";
      case 1 -> random.nextInt(1000) + " ";
      case 2 -> "0." + random.nextInt(10);
      default -> String.format(Locale.ROOT, " %.3f", random.nextDouble());
    };
  }

  @Test
  void blendsAreThoseOfGptNeox() {
    for (int n = 0; n < BLENDS; n++) {
      double[] weights = weights(random.nextInt(12) == 0 ? 254 : 8);
      int size = random.nextInt(weights.length > 8 ? 100 : 700);
      double[] normalized = BlendWeights.normalize(weights);
      assertThat(normalized).isEqualTo(ReferencePort.normalize(weights));
      long samples = random.nextInt(1_000_000);
      for (double weight : normalized) {
        assertThat(BlendWeights.request(weight, OptionalLong.of(samples)))
            .hasValue(ReferencePort.request(weight, samples));
      }
      List<TokenSamples> members =
          new ArrayList<>(Collections.nCopies(weights.length, BatchSourceTest.numbers(0)));
      members.set(0, BatchSourceTest.numbers(size));
      try (Arena arena = Arena.ofConfined()) {
        BlendedSamples blend =
            BlendedSamples.of(members, normalized, arena, BuildProgress.silent());
        int[] order = IntStream.range(0, size).map(blend::member).toArray();
        assertThat(order)
            .as(() -> Arrays.toString(weights))
            .isEqualTo(ReferencePort.blend(normalized, size));
      }
    }
  }

  /// Weights of the kinds that people write.
  private double[] weights(int most) {
    double[] weights = new double[1 + random.nextInt(most)];
    int style = random.nextInt(5);
    Arrays.setAll(
        weights,
        d ->
            switch (style) {
              case 0 -> (1 + random.nextInt(9)) / 10.0;
              case 1 -> 1 + random.nextInt(20);
              case 2 -> random.nextInt(100) / 100.0;
              case 3 -> 1.0;
              default -> random.nextDouble();
            });
    weights[random.nextInt(weights.length)] += style == 2 ? 0.01 : 0;
    return weights;
  }

  @Test
  void runsReadTheTokensThatGptNeoxReads(@TempDir Path directory) throws Exception {
    Files.createFile(directory.resolve(".neox-cache")); // nothing is cached: that has its own test
    List<Dataset> datasets = new ArrayList<>();
    for (int d = 0; d < 24; d++) {
      datasets.add(dataset(directory.resolve("d" + d)));
    }
    for (int n = 0; n < RUNS; n++) {
      if (random.nextInt(3) == 0) {
        checkDivided(datasets.get(random.nextInt(datasets.size())));
      } else {
        checkBlended(datasets);
      }
    }
  }

  private record Dataset(Path prefix, List<int[]> documents) {
    int count() {
      return documents.size();
    }
  }

  /// A few documents, some of them empty, in tokens that are told apart.
  private Dataset dataset(Path prefix) throws IOException {
    int[][] documents = new int[1 + random.nextInt(30)][];
    for (int d = 0; d < documents.length; d++) {
      documents[d] = new int[1 + random.nextInt(60)];
      Arrays.setAll(documents[d], k -> random.nextInt(65_000));
    }
    Datasets.write(prefix, documents);
    return new Dataset(prefix, List.of(documents));
  }

  /// The numbers of a run.
  private record Shape(int length, int seed, int iterations, int batch, int interval, int evals) {
    static Shape random(Random random) {
      return new Shape(
          2 + random.nextInt(40),
          1 + random.nextInt(1000),
          random.nextInt(25),
          1 + random.nextInt(6),
          1 + random.nextInt(10),
          random.nextInt(3));
    }

    long requested(int part) {
      long evaluations = (long) (iterations / interval + 1) * evals;
      long[] steps = {iterations, evaluations, evals};
      return steps[part] * batch;
    }

    List<String> assignments() {
      return List.of(
          "seq_length=" + length,
          "max_position_embeddings=" + length,
          "seed=" + seed,
          "train_iters=" + iterations,
          "train_micro_batch_size_per_gpu=" + batch,
          "gradient_accumulation_steps=1",
          "eval_interval=" + interval,
          "eval_iters=" + evals);
    }
  }

  private void checkDivided(Dataset dataset) throws IOException {
    Shape shape = Shape.random(random);
    String split = split();
    long[] bounds = ReferencePort.split(split, dataset.count());
    if (bounds[1] < 0) {
      return; // refused, as another test shows
    }
    List<String> assignments = new ArrayList<>(shape.assignments());
    assignments.addAll(List.of("data_path=" + dataset.prefix(), "split='" + split + "'"));
    try (RunSamples run = open(assignments)) {
      for (int part = 0; part < 3; part++) {
        int first = (int) bounds[part];
        int last = (int) bounds[part + 1];
        assertThat(part(run, part).isPresent()).as(split).isEqualTo(first < last);
        if (first < last) {
          Member member =
              new Member(dataset.documents(), first, last, shape, shape.requested(part));
          check(part(run, part).orElseThrow().samples(), List.of(member), new double[] {1}, shape);
        }
      }
    }
  }

  private void checkBlended(List<Dataset> datasets) throws IOException {
    Shape shape = Shape.random(random);
    boolean byDocuments = random.nextInt(4) == 0;
    double alpha = random.nextInt(11) / 10.0;
    List<String> assignments = new ArrayList<>(shape.assignments());
    assignments.add("weight_by_num_documents=" + byDocuments);
    assignments.add("weighted_sampler_alpha=" + alpha);
    List<List<Dataset>> chosen = new ArrayList<>();
    List<double[]> weights = new ArrayList<>();
    for (String part : List.of("train", "valid", "test")) {
      double[] given = weights(4);
      List<Dataset> some =
          Arrays.stream(given)
              .mapToObj(w -> datasets.get(random.nextInt(datasets.size())))
              .toList();
      assignments.add(part + "_data_paths=" + some.stream().map(Dataset::prefix).toList());
      assignments.add(part + "_data_weights=" + Arrays.toString(given));
      long[] documents = some.stream().mapToLong(d -> d.count()).toArray();
      chosen.add(some);
      weights.add(
          ReferencePort.normalize(
              byDocuments ? ReferencePort.byDocuments(documents, alpha) : given));
    }
    try (RunSamples run = open(assignments)) {
      for (int part = 0; part < 3; part++) {
        List<Member> members = new ArrayList<>();
        for (int d = 0; d < chosen.get(part).size(); d++) {
          Dataset dataset = chosen.get(part).get(d);
          long requested = ReferencePort.request(weights.get(part)[d], shape.requested(part));
          members.add(new Member(dataset.documents(), 0, dataset.count(), shape, requested));
        }
        check(part(run, part).orElseThrow().samples(), members, weights.get(part), shape);
      }
    }
  }

  private static RunSamples open(List<String> assignments) throws IOException {
    return RunSamples.open(Configs.of(assignments.toArray(String[]::new)), line -> {});
  }

  private static Optional<SplitSamples> part(RunSamples run, int part) {
    return part == 0 ? run.train() : part == 1 ? run.valid() : run.test();
  }

  /// What one dataset gives to a blend, as the port has it.
  private record Member(List<int[]> documents, ReferencePort.Order order) {
    Member(List<int[]> documents, int first, int last, Shape shape, long requested) {
      this(
          documents,
          ReferencePort.packed(
              documents, first, last, OptionalLong.of(requested), shape.length(), shape.seed()));
    }

    /// GPT-NeoX leaves the last one out.
    int count() {
      return order.shuffle().length - 1;
    }
  }

  /// Compares the beginning, the end and some samples between.
  private void check(TokenSamples samples, List<Member> members, double[] weights, Shape shape) {
    int count = members.stream().mapToInt(member -> Math.max(0, member.count())).sum();
    assertThat(samples.count()).isEqualTo(count);
    int[] order = ReferencePort.blend(weights, count);
    int[] taken = new int[weights.length];
    int[] actual = new int[shape.length() + 1];
    for (int i = 0; i < count; i++) {
      Member member = members.get(order[i]);
      int number = taken[order[i]]++;
      boolean compared = member.count() > 0 && (i < 20 || count - i < 5 || i % 37 == 0);
      if (compared) {
        samples.get(i, actual);
        assertThat(actual)
            .as("sample %d of %d", i, count)
            .isEqualTo(
                ReferencePort.sample(member.documents(), member.order(), number, shape.length()));
      }
    }
  }
}
