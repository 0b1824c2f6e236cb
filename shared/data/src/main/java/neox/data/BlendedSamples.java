package neox.data;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import neox.base.UserException;

/// Several datasets mixed so that at every point of the order each has had its share.
///
/// Step `i` takes from the dataset that is furthest behind its weight. Only the number of the
/// dataset is stored per step (one byte); its sample number is counted from a checkpoint nearby.
final class BlendedSamples implements TokenSamples {
  private static final int MAX_MEMBERS = 254; // NeoX keeps the number in a byte, too
  private static final int BLOCK = 256;
  private static final int REPORTED = 1 << 20;

  private final List<TokenSamples> members;
  private final long count;
  private final int length;
  private final IntegerArray memberOf;
  private final IntegerArray takenBefore;
  private final long[] taken;

  private BlendedSamples(
      List<TokenSamples> members, long count, IntegerArray memberOf, IntegerArray takenBefore) {
    this.members = List.copyOf(members);
    this.count = count;
    this.length = members.getFirst().length();
    this.memberOf = memberOf;
    this.takenBefore = takenBefore;
    this.taken = new long[members.size()];
  }

  /// Mixes `members`, which have one length. The order lives as long as `arena`.
  ///
  /// @param weights normalized ([BlendWeights#normalize])
  static BlendedSamples of(
      List<TokenSamples> members, double[] weights, Arena arena, BuildProgress progress) {
    if (members.isEmpty() || members.size() > MAX_MEMBERS || members.size() != weights.length) {
      throw UserException.of(
          "a blend needs 1 to %d datasets and one weight for each, found %d datasets and %d"
              + " weights",
          MAX_MEMBERS, members.size(), weights.length);
    }
    long count = 0;
    for (TokenSamples member : members) {
      count = Math.addExact(count, member.count());
    }
    long blocks = Math.ceilDiv(count, (long) BLOCK);
    BlendedSamples blend =
        new BlendedSamples(
            members,
            count,
            IntegerArray.allocate(IntegerArray.Element.UINT8, count, arena),
            IntegerArray.allocate(IntegerArray.Element.INT64, blocks * members.size(), arena));
    blend.fill(BlendWeights.shares(weights), progress);
    return blend;
  }

  private void fill(double[] shares, BuildProgress progress) {
    for (long i = 0; i < count; i++) {
      if (i % REPORTED == 0) {
        progress.at("mixing", i, count);
      }
      if (i % BLOCK == 0) {
        for (int d = 0; d < taken.length; d++) {
          takenBefore.set(i / BLOCK * taken.length + d, taken[d]);
        }
      }
      int chosen = furthestBehind(shares, taken, Math.max(i, 1));
      memberOf.set(i, chosen);
      taken[chosen]++;
    }
  }

  private static int furthestBehind(double[] shares, long[] taken, long step) {
    int chosen = 0;
    double largest = shares[0] * step - taken[0];
    for (int d = 1; d < shares.length; d++) {
      double behind = shares[d] * step - taken[d];
      if (behind > largest) {
        largest = behind;
        chosen = d;
      }
    }
    return chosen;
  }

  /// The part of all samples that a member gives.
  double share(int member) {
    return count == 0 ? 0 : (double) taken[member] / count;
  }

  /// The member that answers for sample `i`.
  int member(long i) {
    return (int) memberOf.get(i);
  }

  /// Which of that member's samples it is.
  long memberSample(long i) {
    int member = member(i);
    long sample = takenBefore.get(i / BLOCK * members.size() + member);
    for (long before = i / BLOCK * BLOCK; before < i; before++) {
      if (member(before) == member) {
        sample++;
      }
    }
    return sample;
  }

  @Override
  public long count() {
    return count;
  }

  @Override
  public int length() {
    return length;
  }

  @Override
  public void get(long i, int[] out) {
    Objects.checkIndex(i, Long.MAX_VALUE);
    long wrapped = i % count;
    members.get(member(wrapped)).get(memberSample(wrapped), out);
  }

  @Override
  public boolean hasLabels() {
    return members.stream().anyMatch(TokenSamples::hasLabels);
  }

  @Override
  public void labels(long i, int[] out) {
    Objects.checkIndex(i, Long.MAX_VALUE);
    long wrapped = i % count;
    members.get(member(wrapped)).labels(memberSample(wrapped), out);
  }

  @Override
  public List<SamplePiece> pieces(long i) {
    Objects.checkIndex(i, Long.MAX_VALUE);
    long wrapped = i % count;
    return members.get(member(wrapped)).pieces(memberSample(wrapped));
  }
}
