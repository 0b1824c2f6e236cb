package neox.data;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import neox.base.UserException;

/// Several datasets mixed so that at every point of the order each has had its share; the order
/// begins again when as many samples were read as the datasets have together.
final class BlendedSamples implements TokenSamples {
  private final List<TokenSamples> members;
  private final BlendOrder order;

  private BlendedSamples(List<TokenSamples> members, BlendOrder order) {
    this.members = List.copyOf(members);
    this.order = order;
  }

  /// Mixes `members`, which have one length. The order lives as long as `arena`.
  ///
  /// @param weights normalized ([BlendWeights#normalize])
  static BlendedSamples of(
      List<TokenSamples> members, double[] weights, Arena arena, BuildProgress progress) {
    if (members.isEmpty() || members.size() != weights.length) {
      throw UserException.of(
          "a blend needs datasets and one weight for each, found %d datasets and %d weights",
          members.size(), weights.length);
    }
    long count = 0;
    for (TokenSamples member : members) {
      count = Math.addExact(count, member.count());
    }
    return new BlendedSamples(
        members, BlendOrder.of(BlendWeights.shares(weights), count, arena, progress));
  }

  /// The part of all samples that a member gives.
  double share(int member) {
    return count() == 0 ? 0 : (double) order.taken(count())[member] / count();
  }

  /// The member that answers for sample `i`.
  int member(long i) {
    return order.member(i);
  }

  /// Which of that member's samples it is.
  long memberSample(long i) {
    return order.memberSample(i);
  }

  @Override
  public long[] taken(long i) {
    long[] taken = order.taken(i % count());
    long[] all = order.taken(count());
    for (int d = 0; d < taken.length; d++) {
      taken[d] += i / count() * all[d];
    }
    return taken;
  }

  @Override
  public long count() {
    return order.count();
  }

  @Override
  public int length() {
    return members.getFirst().length();
  }

  @Override
  public void get(long i, int[] out) {
    Objects.checkIndex(i, Long.MAX_VALUE);
    long wrapped = i % count();
    members.get(member(wrapped)).get(memberSample(wrapped), out);
  }

  @Override
  public boolean hasLabels() {
    return members.stream().anyMatch(TokenSamples::hasLabels);
  }

  @Override
  public void labels(long i, int[] out) {
    Objects.checkIndex(i, Long.MAX_VALUE);
    long wrapped = i % count();
    members.get(member(wrapped)).labels(memberSample(wrapped), out);
  }

  @Override
  public boolean hasReference() {
    return members.stream().allMatch(TokenSamples::hasReference);
  }

  @Override
  public void reference(long i, float[] out) {
    Objects.checkIndex(i, Long.MAX_VALUE);
    long wrapped = i % count();
    members.get(member(wrapped)).reference(memberSample(wrapped), out);
  }

  @Override
  public List<SamplePiece> pieces(long i) {
    Objects.checkIndex(i, Long.MAX_VALUE);
    long wrapped = i % count();
    return members.get(member(wrapped)).pieces(memberSample(wrapped));
  }
}
