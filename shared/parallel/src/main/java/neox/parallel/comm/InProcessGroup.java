package neox.parallel.comm;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import neox.parallel.comm.InProcess.Missing;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// What the members of a group in this process share. All fields are guarded by the world's lock.
///
/// Tensors lie here as handles of their own, so that a rank that fails cannot free what another is
/// still reading.
final class InProcessGroup {
  private final String name;
  private final List<Integer> ranks;
  private final InProcess world;
  private final @Nullable Offer[] offers;
  private List<Offer> met = List.of();
  private int arrived;
  private long round;
  private final Map<Way, Parcel> underway = new HashMap<>();
  private final Set<Integer> left = new HashSet<>();

  /// What a rank brings to a meeting.
  private record Offer(String operation, Tensor tensor) {}

  /// From a member to another.
  private record Way(int from, int to) {}

  private static final class Parcel {
    final Tensor tensor;
    boolean received;

    Parcel(Tensor tensor) {
      this.tensor = tensor;
    }
  }

  InProcessGroup(String name, List<Integer> ranks, InProcess world) {
    this.name = name;
    this.ranks = ranks;
    this.world = world;
    this.offers = new Offer[ranks.size()];
  }

  int size() {
    return ranks.size();
  }

  String describe(int rank) {
    return "rank %d of group %s%s".formatted(rank, name, ranks);
  }

  /// Waits for all members and shows each the tensors of all, in their order. Two meetings make an
  /// operation: after the first all read each other's tensors, after the second they may write.
  ///
  /// @param operation the same on all, or they are out of step
  List<Tensor> meet(int rank, String operation, Tensor tensor) {
    String who = describe(rank) + ": " + operation;
    long[] mine = new long[1];
    world.locked(() -> {
      mine[0] = round;
      offers[rank] = new Offer(operation, Scope.keep(new Tensor(tensor)));
      if (++arrived == size()) {
        finishRound();
      }
    });
    world.await(who, () -> round > mine[0] ? Missing.NOBODY : missing());
    List<Tensor> tensors = new ArrayList<>();
    world.locked(() -> {
      refuseOtherOperations(who, operation);
      met.forEach(offer -> tensors.add(new Tensor(offer.tensor)));
    });
    return tensors;
  }

  private void refuseOtherOperations(String who, String operation) {
    for (int other = 0; other < size(); other++) {
      String theirs = met.get(other).operation;
      if (!theirs.equals(operation)) {
        throw new CommunicationException("%s, but rank %d is at %s".formatted(who, other, theirs));
      }
    }
  }

  private void finishRound() {
    met.forEach(offer -> Scope.release(offer.tensor));
    List<Offer> all = new ArrayList<>();
    for (int i = 0; i < offers.length; i++) {
      all.add(requireNonNull(offers[i]));
      offers[i] = null;
    }
    met = all;
    arrived = 0;
    round++;
  }

  private Missing missing() {
    return missing(IntStream.range(0, size()).filter(i -> offers[i] == null).boxed().toList());
  }

  private Missing missing(List<Integer> members) {
    return new Missing(members.stream().map(ranks::get).toList(), Set.copyOf(left));
  }

  /// Puts a tensor on its way.
  void post(Tensor tensor, int from, int to) {
    world.locked(() -> underway.put(new Way(from, to), new Parcel(Scope.keep(new Tensor(tensor)))));
  }

  /// Waits until what was posted has been received.
  void awaitReceipt(int from, int to) {
    Way way = new Way(from, to);
    world.await(
        describe(from) + ": send to " + to,
        () -> requireNonNull(underway.get(way)).received ? Missing.NOBODY : missing(List.of(to)));
    world.locked(() -> Scope.release(requireNonNull(underway.remove(way)).tensor));
  }

  /// Waits for a tensor, gives it to `reader`, and lets the sender go on.
  void receive(int from, int to, Consumer<Tensor> reader) {
    Way way = new Way(from, to);
    world.await(
        describe(to) + ": receive from " + from,
        () -> fresh(way) == null ? missing(List.of(from)) : Missing.NOBODY);
    Tensor[] handle = new Tensor[1];
    world.locked(() -> handle[0] = new Tensor(requireNonNull(fresh(way)).tensor));
    reader.accept(handle[0]);
    world.locked(() -> requireNonNull(underway.get(way)).received = true);
  }

  private @Nullable Parcel fresh(Way way) {
    @Nullable Parcel parcel = underway.get(way);
    return parcel == null || parcel.received ? null : parcel;
  }

  void leave(int rank) {
    world.locked(() -> left.add(ranks.get(rank)));
  }
}
