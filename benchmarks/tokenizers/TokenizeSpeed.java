import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/// How fast do tokenizers of the JVM turn text into the same ids?
///
/// `TokenizeSpeed DATA ROUNDS MEGABYTES [RESULTS.tsv]`. One thread is measured in CPU time of that
/// thread, native code included, so that a busy machine does not count; more threads in wall-clock
/// time. Contestants take turns for ROUNDS rounds, of which the best counts; every round starts
/// with empty caches. Exit code 1 when ids differ.
final class TokenizeSpeed {
  private static final List<String> CORPORA = List.of("english", "code", "multilingual");
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final PrintStream OUT = System.out;

  private final List<Corpus> corpora;
  private final int rounds;
  private final List<String> tsv = new ArrayList<>();
  private boolean equal = true;

  private TokenizeSpeed(List<Corpus> corpora, int rounds) {
    this.corpora = corpora;
    this.rounds = rounds;
  }

  /// What one contestant does with one corpus.
  private record Speed(long bytes, long tokens, double seconds) {
    double megabytesPerSecond() {
      return bytes / seconds / 1e6;
    }

    double millionTokensPerSecond() {
      return tokens / seconds / 1e6;
    }
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    Path data = Path.of(args[0]);
    long limit = Long.parseLong(args[2]) * 1_000_000;
    List<Corpus> corpora = new ArrayList<>();
    for (String name : CORPORA) {
      corpora.add(Corpus.read(data, name, limit));
    }
    for (Corpus corpus : corpora) {
      OUT.printf(
          Locale.ROOT,
          "%s: %.1f MB, %d documents%n",
          corpus.name(),
          corpus.bytes() / 1e6,
          corpus.documents().size());
    }
    TokenizeSpeed speed = new TokenizeSpeed(corpora, Integer.parseInt(args[1]));
    for (Vocabulary vocabulary : List.of(Vocabulary.gpt2(data), Vocabulary.gptNeox20b(data))) {
      speed.compareIds(vocabulary);
      speed.measure(vocabulary, 1);
      speed.measure(vocabulary, 2);
    }
    if (args.length > 3) {
      Files.write(Path.of(args[3]), speed.tsv);
    }
    System.exit(speed.equal ? 0 : 1);
  }

  private void compareIds(Vocabulary vocabulary) {
    OUT.printf("%n%s%n", vocabulary.name());
    List<Contestant.Worker> workers =
        vocabulary.contestants().stream().map(one -> one.threadState().get()).toList();
    for (Corpus corpus : corpora) {
      int[] different = new int[workers.size()];
      for (Corpus.Document document : corpus.documents()) {
        workers.forEach(worker -> worker.encode(document));
        int[] expected = workers.get(1).ids();
        for (int i = 0; i < different.length; i++) {
          different[i] += Arrays.equals(workers.get(i).ids(), expected) ? 0 : 1;
        }
      }
      for (int i = 0; i < different.length; i++) {
        if (different[i] > 0) {
          equal = false;
          OUT.printf(
              "DIFFERENT ids: %s, %s, %d of %d documents%n",
              corpus.name(),
              vocabulary.contestants().get(i).name(),
              different[i],
              corpus.documents().size());
        }
      }
    }
    OUT.printf("ids compared with HuggingFace's: %s%n", equal ? "all equal" : "DIFFERENT");
  }

  private void measure(Vocabulary vocabulary, int threads) throws InterruptedException {
    List<Contestant> contestants = vocabulary.contestants();
    Speed[][] best = new Speed[contestants.size()][corpora.size()];
    for (int round = 0; round < rounds; round++) {
      for (int i = 0; i < contestants.size(); i++) {
        for (int c = 0; c < corpora.size(); c++) {
          Speed speed =
              threads == 1
                  ? alone(contestants.get(i), corpora.get(c))
                  : together(contestants.get(i), corpora.get(c), threads);
          if (best[i][c] == null || speed.seconds() < best[i][c].seconds()) {
            best[i][c] = speed;
          }
        }
      }
    }
    print(vocabulary, threads, best);
  }

  private static Speed alone(Contestant contestant, Corpus corpus) {
    Contestant.Worker worker = contestant.threadState().get();
    long tokens = 0;
    long startedAtNanos = THREADS.getCurrentThreadCpuTime();
    for (Corpus.Document document : corpus.documents()) {
      tokens += worker.encode(document);
    }
    long nanos = THREADS.getCurrentThreadCpuTime() - startedAtNanos;
    return new Speed(corpus.bytes(), tokens, nanos / 1e9);
  }

  private static Speed together(Contestant contestant, Corpus corpus, int count)
      throws InterruptedException {
    AtomicInteger next = new AtomicInteger();
    AtomicLong tokens = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    long startedAtNanos = System.nanoTime();
    for (int t = 0; t < count; t++) {
      threads.add(
          Thread.ofPlatform()
              .name("encoder-" + t)
              .start(() -> tokens.addAndGet(encodeShare(contestant, corpus, next))));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return new Speed(corpus.bytes(), tokens.get(), (System.nanoTime() - startedAtNanos) / 1e9);
  }

  private static long encodeShare(Contestant contestant, Corpus corpus, AtomicInteger next) {
    Contestant.Worker worker = contestant.threadState().get();
    long tokens = 0;
    for (int i = next.getAndIncrement();
        i < corpus.documents().size();
        i = next.getAndIncrement()) {
      tokens += worker.encode(corpus.documents().get(i));
    }
    return tokens;
  }

  private void print(Vocabulary vocabulary, int threads, Speed[][] best) {
    OUT.printf(
        "%n%s, %s, best of %d rounds%n",
        vocabulary.name(),
        threads == 1 ? "1 thread, CPU time" : threads + " threads, wall-clock time",
        rounds);
    OUT.printf("%-22s", "");
    corpora.forEach(corpus -> OUT.printf("%26s", corpus.name()));
    OUT.println();
    for (int i = 0; i < best.length; i++) {
      String name = vocabulary.contestants().get(i).name();
      OUT.printf("%-22s", name);
      for (int c = 0; c < corpora.size(); c++) {
        Speed speed = best[i][c];
        OUT.printf(
            Locale.ROOT,
            "%9.1f MB/s %6.2f Mtok/s",
            speed.megabytesPerSecond(),
            speed.millionTokensPerSecond());
        tsv.add(
            String.format(
                Locale.ROOT,
                "%s\t%d\t%s\t%s\t%.2f\t%.3f",
                vocabulary.name(),
                threads,
                name,
                corpora.get(c).name(),
                speed.megabytesPerSecond(),
                speed.millionTokensPerSecond()));
      }
      OUT.println();
    }
    for (int i = 1; i < best.length; i++) {
      OUT.printf("%-22s", "neox : " + vocabulary.contestants().get(i).name());
      for (int c = 0; c < corpora.size(); c++) {
        OUT.printf(Locale.ROOT, "%25.1fx", best[i][c].seconds() / best[0][c].seconds());
      }
      OUT.println();
    }
  }
}
