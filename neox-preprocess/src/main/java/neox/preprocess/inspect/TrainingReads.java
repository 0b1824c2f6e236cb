package neox.preprocess.inspect;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import neox.config.NeoxConfig;
import neox.config.step.StepShape;
import neox.data.SamplePiece;
import neox.data.SplitSamples;

/// What the steps of a run read of each training document, found by going through all of them.
///
/// @param step up to which is counted; later steps of the run are those to come
/// @param last step of the run
record TrainingReads(SplitSamples split, long step, long last, List<Dataset> datasets) {

  /// What becomes of a document up to a step.
  enum Fate {
    /// All of its tokens were read.
    READ,
    /// Some of its tokens were read: a sample ends in it, or it was cut off.
    IN_PART,
    /// It comes in a later step.
    TO_COME,
    /// The run ends before its turn comes.
    AFTER_THE_RUN,
    /// It belongs to validation or test.
    SPLIT,
    /// It is too long for a sample, or nothing of its beginning is to be learnt.
    PACKING,
    /// It has no tokens.
    EMPTY
  }

  /// The documents of a dataset.
  static final class Dataset {
    private final SplitSamples.Member member;
    private final long[] tokensRead;
    private final long[] firstStep; // 0: none
    private final long[] lastStep;
    private final long[] nextStep; // after the step that is counted to; 0: none
    private long samples;

    private Dataset(SplitSamples.Member member) {
      int count = Math.toIntExact(member.whole().count());
      this.member = member;
      this.tokensRead = new long[count];
      this.firstStep = new long[count];
      this.lastStep = new long[count];
      this.nextStep = new long[count];
    }

    private void read(long number, int length, long step, boolean counts) {
      int document = Math.toIntExact(number);
      if (!counts) {
        nextStep[document] = nextStep[document] == 0 ? step : nextStep[document];
        return;
      }
      tokensRead[document] += length;
      firstStep[document] = firstStep[document] == 0 ? step : firstStep[document];
      lastStep[document] = step;
    }

    SplitSamples.Member member() {
      return member;
    }

    /// Samples read.
    long samples() {
      return samples;
    }

    int documents() {
      return tokensRead.length;
    }

    long size(int document) {
      return member.whole().sizes().applyAsInt(document);
    }

    long tokensRead(int document) {
      return tokensRead[document];
    }

    long firstStep(int document) {
      return firstStep[document];
    }

    long lastStep(int document) {
      return lastStep[document];
    }

    long nextStep(int document) {
      return nextStep[document];
    }

    /// The first and the last step that read any of it; 0 where none does.
    long[] steps() {
      long first = LongStream.of(firstStep).filter(s -> s > 0).min().orElse(0);
      return new long[] {first, LongStream.of(lastStep).max().orElse(0)};
    }

    Fate fate(int document) {
      SplitSamples.Whole whole = member.whole();
      if (tokensRead[document] > 0) {
        return tokensRead[document] >= size(document) ? Fate.READ : Fate.IN_PART;
      }
      if (document < whole.items().from() || document >= whole.items().to()) {
        return Fate.SPLIT;
      }
      if (size(document) == 0) {
        return Fate.EMPTY;
      }
      if (!whole.takes().test(document)) {
        return Fate.PACKING;
      }
      return nextStep[document] > 0 ? Fate.TO_COME : Fate.AFTER_THE_RUN;
    }
  }

  static TrainingReads of(NeoxConfig config, SplitSamples split, long step, long last) {
    Map<Path, Dataset> byPrefix = new HashMap<>();
    List<Dataset> datasets = new ArrayList<>();
    for (SplitSamples.Member member : split.members()) {
      datasets.add(byPrefix.computeIfAbsent(member.prefix(), _ -> new Dataset(member)));
    }
    TrainingReads reads =
        new TrainingReads(split, step, last, datasets.stream().distinct().toList());
    for (long each = 1; each <= last; each++) {
      if (!config.steps().skips(each)) {
        reads.read(each, config.steps().at(each), config.batch().samplesPerMicroBatch(), byPrefix);
      }
    }
    return reads;
  }

  /// As in training on one rank.
  private void read(long each, StepShape shape, int perMicroBatch, Map<Path, Dataset> byPrefix) {
    long whole = Math.max(1, split.samples().count() / perMicroBatch);
    for (int m = 0; m < shape.microBatches(); m++) {
      long first = (shape.firstMicroBatch() + m) % whole * perMicroBatch;
      for (int i = 0; i < perMicroBatch; i++) {
        List<SamplePiece> pieces = split.samples().pieces(first + i);
        int room = split.samples().length() - 1; // the last token is only predicted
        for (SamplePiece piece : pieces) {
          int length = Math.min(piece.length(), room);
          room -= length;
          if (length > 0) {
            dataset(byPrefix, piece).read(piece.document(), length, each, each <= step);
          }
        }
        if (!pieces.isEmpty() && each <= step) {
          dataset(byPrefix, pieces.getFirst()).samples++;
        }
      }
    }
  }

  private static Dataset dataset(Map<Path, Dataset> byPrefix, SamplePiece piece) {
    return Objects.requireNonNull(byPrefix.get(piece.prefix()));
  }
}
