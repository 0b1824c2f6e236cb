package neox.data;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import neox.data.ledger.Ledger;

/// The samples of a run whose mixture changes: in every phase each dataset goes on after the
/// samples that were read of it before, so nothing is repeated before a dataset has been read to
/// its end, and nothing is left out.
final class StagedSamples implements TokenSamples {
  private final List<Optional<TokenSamples>> datasets;
  private final List<Phase> phases;
  private final int length;
  private final long end;

  /// @param first sample of the run
  /// @param members by their number in the list of datasets
  /// @param before samples of each dataset that the phases before have read
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Phase(long first, List<Integer> members, BlendOrder order, long[] before) {
    long[] taken(long i) {
      long[] taken = before.clone();
      long[] inPhase = order.taken(i);
      for (int m = 0; m < inPhase.length; m++) {
        taken[members.get(m)] += inPhase[m];
      }
      return taken;
    }
  }

  private StagedSamples(List<Optional<TokenSamples>> datasets, List<Phase> phases, long end) {
    this.datasets = datasets;
    this.phases = phases;
    this.end = end;
    this.length = datasets.stream().flatMap(Optional::stream).findFirst().orElseThrow().length();
  }

  /// The samples of a ledger up to `end`.
  ///
  /// @param datasets of the ledger; empty where no phase will read them any more
  static StagedSamples of(
      Ledger ledger,
      List<Optional<TokenSamples>> datasets,
      long end,
      Arena arena,
      BuildProgress progress) {
    List<Phase> phases = new ArrayList<>();
    long[] before = new long[ledger.datasets().size()];
    for (int p = 0; p < ledger.phases().size(); p++) {
      Ledger.Phase phase = ledger.phases().get(p);
      boolean last = p + 1 == ledger.phases().size();
      long to = last ? end : Math.min(end, ledger.phases().get(p + 1).firstSample());
      double[] weights = phase.weights().stream().mapToDouble(Double::doubleValue).toArray();
      long count = Math.max(0, to - phase.firstSample());
      BlendOrder order = BlendOrder.of(BlendWeights.shares(weights), count, arena, progress);
      phases.add(new Phase(phase.firstSample(), phase.members(), order, before));
      before = phases.getLast().taken(count);
    }
    return new StagedSamples(List.copyOf(datasets), phases, end);
  }

  private Phase phase(long i) {
    Objects.checkIndex(i, end);
    int p = phases.size() - 1;
    while (phases.get(p).first() > i) {
      p--;
    }
    return phases.get(p);
  }

  /// A sample of a dataset.
  private record Place(TokenSamples samples, long sample) {}

  private Place place(long i) {
    Phase phase = phase(i);
    long inPhase = i - phase.first();
    int dataset = phase.members().get(phase.order().member(inPhase));
    TokenSamples samples =
        datasets
            .get(dataset)
            .orElseThrow(() -> new IllegalStateException("sample " + i + " was read before"));
    return new Place(samples, phase.taken(inPhase)[dataset] % samples.count());
  }

  @Override
  public long count() {
    return end;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void get(long i, int[] out) {
    Place place = place(i);
    place.samples().get(place.sample(), out);
  }

  @Override
  public boolean hasLabels() {
    return datasets.stream().flatMap(Optional::stream).anyMatch(TokenSamples::hasLabels);
  }

  @Override
  public void labels(long i, int[] out) {
    Place place = place(i);
    place.samples().labels(place.sample(), out);
  }

  @Override
  public List<SamplePiece> pieces(long i) {
    Place place = place(i);
    return place.samples().pieces(place.sample());
  }

  @Override
  public long[] taken(long i) {
    if (i == 0) {
      return new long[datasets.size()];
    }
    Phase phase = phase(i - 1);
    return phase.taken(i - phase.first());
  }
}
