package neox.parallel.comm;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import neox.base.Environment;
import neox.tensor.Scope;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.gloo.Device;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;

/// Groups of ranks that are processes, over TCP: libtorch's Gloo. Where ranks compute on GPUs, each
/// group has NCCL beside it, for what lies there.
///
/// The processes find each other through a store that rank 0 serves at the meeting point. Each rank
/// creates the groups that it is in, in the same order as the others, and closes this when it has
/// them all: the groups live on without it.
///
/// libtorch's stores are counted references, but the bindings' constructors return them with a
/// count of zero: whoever takes one first owns it, and a second owner, or the Java object's own
/// end, frees it under the first or aborts the process. Each new store is therefore given to
/// exactly one owner and disowned at once ([#given]); `getUnderlyingStore` is the one way to a
/// handle that counts. The store of rank 0 is served until the process ends, as some count is lost
/// all the same.
public final class Gloo implements AutoCloseable {
  private static final String WORLD = "world";

  private final int rank;
  private final Duration timeout;
  private final Device device;
  private final Store store;
  private final boolean onGpus;
  private final Communicator world;

  private Gloo(MeetingPoint at, int rank, int worldSize, Duration timeout, boolean onGpus) {
    this.rank = rank;
    this.timeout = timeout;
    this.onGpus = onGpus;
    this.device = Scope.keep(device(at));
    String who = "rank %d of %d ranks at %s".formatted(rank, worldSize, at);
    TCPStoreOptions options = options(at, worldSize);
    TCPStore served =
        NativeFailure.explained(who + ": meeting", () -> new TCPStore(at.host(), options));
    PrefixStore own = given(served, s -> new PrefixStore(WORLD, s));
    this.store = Scope.keep(own.getUnderlyingStore());
    this.world = communicator(WORLD, IntStream.range(0, worldSize).boxed().toList(), own);
  }

  /// Meets the other ranks and makes the group of all. Returns when all are there.
  ///
  /// @param timeout how long to wait for a rank, here and in every operation of the groups
  public static Gloo join(MeetingPoint at, int rank, int worldSize, Duration timeout) {
    return join(at, rank, worldSize, timeout, false);
  }

  /// As [#join(MeetingPoint, int, int, Duration)].
  ///
  /// @param onGpus whether each rank computes on a GPU of its own
  public static Gloo join(
      MeetingPoint at, int rank, int worldSize, Duration timeout, boolean onGpus) {
    if (rank == 0) {
      at.checkFree();
    } else {
      at.awaitServer(timeout);
    }
    try (var _ = Scope.open()) {
      return new Gloo(at, rank, worldSize, timeout, onGpus);
    }
  }

  public Communicator world() {
    return world;
  }

  /// The group of these ranks of the world, of which this is one; others at the same time may
  /// create groups of the same name of other ranks.
  public Communicator group(String name, List<Integer> ranks) {
    if (ranks.size() == 1) {
      return Communicator.alone();
    }
    try (var _ = Scope.open()) {
      return communicator(name, ranks, new PrefixStore(name + ranks, store));
    }
  }

  private Communicator communicator(String name, List<Integer> ranks, PrefixStore own) {
    int mine = ranks.indexOf(rank);
    String who = "rank %d of group %s%s".formatted(mine, name, ranks);
    ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(millis());
    options.devices(new GlooDeviceVector(device));
    Supplier<ProcessGroupGloo> meeting =
        () -> given(own, s -> new ProcessGroupGloo(s, mine, ranks.size(), options));
    try (var _ = NativeStandardOutput.dropped()) { // "[Gloo] Rank 0 is connected to ..."
      ProcessGroupGloo group = NativeFailure.explained(who + ": meeting", meeting);
      Communicator host =
          new BackendCommunicator(Scope.keep(group), Pairing::beside, who, mine, ranks.size());
      return onGpus ? new ByDevice(host, nccl(name, ranks, who)) : host;
    }
  }

  /// The ranks meet at the first operation. Operations queue on a stream of NCCL's. To wait for one
  /// is to have the stream that computes wait, not this thread: a step is queued ahead as on one
  /// GPU. A peer that is gone is seen by NCCL's watchdog, which ends this process after the
  /// timeout; whoever watches the processes of a job starts them again.
  private Communicator nccl(String name, List<Integer> ranks, String who) {
    int mine = ranks.indexOf(rank);
    ProcessGroupNCCL.Options options = ProcessGroupNCCL.Options.create();
    options.timeout(millis());
    ProcessGroupNCCL group =
        NativeFailure.explained(
            who + ": NCCL",
            () ->
                given(
                    new PrefixStore("nccl/" + name + ranks, store),
                    s -> new ProcessGroupNCCL(s, mine, ranks.size(), options)));
    return new BackendCommunicator(
        Scope.keep(group), Pairing::together, who + " (NCCL)", mine, ranks.size());
  }

  /// Gives a new store to its one owner. `deallocate(false)` takes it from the garbage collector
  /// alone; kept, it is not freed by scopes either.
  private static <S extends Store, T> T given(S store, Function<S, T> owner) {
    Scope.keep(store).deallocate(false);
    return owner.apply(store);
  }

  private TCPStoreOptions options(MeetingPoint at, int worldSize) {
    TCPStoreOptions options = new TCPStoreOptions();
    return options
        .numWorkers(new SizeTPointer(1).put(worldSize))
        .port((short) at.port())
        .isServer(rank == 0)
        .waitWorkers(true)
        .timeout(millis())
        .useLibUV(true);
  }

  /// The network device: the interface that the user names as for every program on Gloo, or the one
  /// from which the meeting point is reached.
  private static Device device(MeetingPoint at) {
    Optional<String> named = Environment.get("GLOO_SOCKET_IFNAME");
    return NativeFailure.explained(
        "opening a network device for " + at,
        () ->
            named.isPresent()
                ? ProcessGroupGloo.createDeviceForInterface(named.get())
                : ProcessGroupGloo.createDeviceForHostname(at.localAddress().getHostAddress()));
  }

  private Milliseconds millis() {
    return new Milliseconds(timeout.toMillis());
  }

  @Override
  public void close() {
    Scope.release(store);
    Scope.release(device);
  }
}
