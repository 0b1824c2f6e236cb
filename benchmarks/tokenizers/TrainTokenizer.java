import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import neox.tokenizer.training.BpeTrainer;

/// How fast does our trainer learn a vocabulary? `TrainTokenizer DATA CORPUS VOCAB_SIZE OUT.json
/// [ROUNDS]` trains on `DATA/CORPUS.jsonl.zst` in one thread, writes `OUT.json` and prints the CPU
/// seconds of the process, compiler and collector included: the first round, with a cold JVM, and
/// the best.
final class TrainTokenizer {
  private static final OperatingSystemMXBean PROCESS =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  public static void main(String[] args) throws IOException {
    Corpus corpus = Corpus.read(Path.of(args[0]), args[1], Long.MAX_VALUE);
    int vocabSize = Integer.parseInt(args[2]);
    int rounds = args.length > 4 ? Integer.parseInt(args[4]) : 1;
    double first = 0;
    double best = Double.MAX_VALUE;
    for (int round = 0; round < rounds; round++) {
      double seconds = train(corpus, vocabSize, Path.of(args[3]));
      first = round == 0 ? seconds : first;
      best = Math.min(best, seconds);
    }
    System.out.printf(
        Locale.ROOT,
        "neox         %-13s %6d tokens %7.2f s first, %7.2f s best of %d%n",
        corpus.name(),
        vocabSize,
        first,
        best,
        rounds);
  }

  private static double train(Corpus corpus, int vocabSize, Path out) throws IOException {
    long startedAtNanos = PROCESS.getProcessCpuTime();
    BpeTrainer trainer = new BpeTrainer(BpeTrainer.Options.of(vocabSize));
    for (Corpus.Document document : corpus.documents()) {
      trainer.add(document.utf8(), 0, document.utf8().length);
    }
    trainer.write(out);
    return (PROCESS.getProcessCpuTime() - startedAtNanos) / 1e9;
  }
}
