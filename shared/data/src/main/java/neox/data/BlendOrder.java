package neox.data;

import java.lang.foreign.Arena;
import neox.base.UserException;

/// From which member of a mixture each of its samples comes.
///
/// Step `i` takes from the member that is furthest behind its share. Only the number of the member
/// is stored per step (one byte); its sample number is counted from a checkpoint nearby. An order
/// of more samples begins with the same members.
final class BlendOrder {
  private static final int MAX_MEMBERS = 254; // NeoX keeps the number in a byte, too
  private static final int BLOCK = 256;
  private static final int REPORTED = 1 << 20;

  private final int members;
  private final IntegerArray memberOf;
  private final IntegerArray takenBefore;
  private final long[] taken;

  private BlendOrder(int members, IntegerArray memberOf, IntegerArray takenBefore) {
    this.members = members;
    this.memberOf = memberOf;
    this.takenBefore = takenBefore;
    this.taken = new long[members];
  }

  /// The order of `count` samples, which lives as long as `arena`.
  ///
  /// @param shares of the members ([BlendWeights#shares]), of which there may be 254
  static BlendOrder of(double[] shares, long count, Arena arena, BuildProgress progress) {
    if (shares.length > MAX_MEMBERS) {
      throw UserException.of(
          "a blend has at most %d datasets, found %d; join some with neox-preprocess merge",
          MAX_MEMBERS, shares.length);
    }
    long blocks = Math.ceilDiv(count, (long) BLOCK);
    BlendOrder order =
        new BlendOrder(
            shares.length,
            IntegerArray.allocate(IntegerArray.Element.UINT8, count, arena),
            IntegerArray.allocate(IntegerArray.Element.INT64, blocks * shares.length, arena));
    order.fill(shares, progress);
    return order;
  }

  private void fill(double[] shares, BuildProgress progress) {
    for (long i = 0; i < count(); i++) {
      if (i % REPORTED == 0) {
        progress.at("mixing", i, count());
      }
      if (i % BLOCK == 0) {
        for (int d = 0; d < members; d++) {
          takenBefore.set(i / BLOCK * members + d, taken[d]);
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

  long count() {
    return memberOf.length();
  }

  /// The member that answers for sample `i`.
  int member(long i) {
    return (int) memberOf.get(i);
  }

  /// Which of that member's samples it is.
  long memberSample(long i) {
    return taken(i)[member(i)];
  }

  /// How many samples of each member are among the first `i`.
  long[] taken(long i) {
    if (i == count()) {
      return taken.clone();
    }
    long[] before = new long[members];
    for (int d = 0; d < members; d++) {
      before[d] = takenBefore.get(i / BLOCK * members + d);
    }
    for (long each = i / BLOCK * BLOCK; each < i; each++) {
      before[member(each)]++;
    }
    return before;
  }
}
