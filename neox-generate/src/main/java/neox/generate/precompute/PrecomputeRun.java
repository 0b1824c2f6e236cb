package neox.generate.precompute;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.base.Console;
import neox.base.Progress;
import neox.base.progress.ProgressUnit;
import neox.data.indexed.IndexedFloatsWriter;
import neox.data.indexed.IndexedTokens;
import neox.generate.sample.Output.Existing;
import neox.inference.LanguageModel;
import neox.inference.Score;
import neox.inference.ScoreRequest;

/// Writes, for every document of some datasets, what a model thinks of each token after the first:
/// a row of `seq_length` numbers (float32), log p(token t + 1) at t, and 0 behind the document's
/// end.
///
/// NeoX compat: names, types and lengths; but one row for each document, where GPT-NeoX adds some
/// to make their number a multiple of 8, and 0 where it says what the model thinks of padding. A
/// dataset that is there is kept.
///
/// @param batchSize documents that are read together
/// @param existing what becomes of log-probabilities that are there
public record PrecomputeRun(Datasets datasets, int batchSize, Existing existing) {
  /// Documents that are held in memory: their lengths are sorted, so that little is padding.
  private static final int DOCUMENTS_AT_ONCE = 512;

  /// The datasets of texts that are to be read; [neox.base.UserException] when one cannot be.
  public List<Path> wanted(Console console) throws IOException {
    List<Path> wanted = new ArrayList<>();
    for (Path texts : datasets.texts()) {
      Path target = datasets.target(texts);
      if (existing == Existing.KEEP && IndexedTokens.exists(target)) {
        console.info("%s: is there already, and kept; --overwrite writes it again", target);
        continue;
      }
      IndexedTokens.open(texts).close();
      wanted.add(texts);
    }
    return wanted;
  }

  /// Reads and writes some of the datasets.
  public void run(List<Path> wanted, LanguageModel model, Console console) throws IOException {
    for (Path texts : wanted) {
      Path target = datasets.target(texts);
      try (IndexedTokens documents = IndexedTokens.open(texts);
          IndexedFloatsWriter writer = IndexedFloatsWriter.create(target);
          Progress progress =
              new Progress(console, target.toString(), documents.count(), ProgressUnit.DOCUMENTS)) {
        for (long from = 0; from < documents.count(); from += DOCUMENTS_AT_ONCE) {
          long to = Math.min(documents.count(), from + DOCUMENTS_AT_ONCE);
          write(documents, from, to, model, writer);
          progress.update(to, "");
        }
        writer.commit();
        console.made(target.toString(), "log-probabilities of " + documents.count() + " documents");
      }
    }
  }

  private void write(
      IndexedTokens documents, long from, long to, LanguageModel model, IndexedFloatsWriter writer)
      throws IOException {
    List<ScoreRequest> requests = new ArrayList<>();
    boolean[] asked = new boolean[Math.toIntExact(to - from)];
    for (int i = 0; i < asked.length; i++) {
      int length = Math.min(documents.size(from + i), datasets.seqLength() + 1);
      asked[i] = length > 1;
      if (asked[i]) {
        int[] tokens = new int[length];
        documents.read(from + i, 0, length, tokens, 0);
        requests.add(
            new ScoreRequest(
                Arrays.copyOf(tokens, length - 1), Arrays.copyOfRange(tokens, 1, length)));
      }
    }
    List<Score> scores = model.score(requests, batchSize);
    int next = 0;
    for (boolean scored : asked) {
      float[] known = scored ? scores.get(next++).tokenLogLikelihoods() : new float[0];
      writer.addDocument(Arrays.copyOf(known, datasets.seqLength()));
    }
  }
}
