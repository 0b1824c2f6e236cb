package neox.parallel;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.parallel.Topology.Axis;
import neox.parallel.Topology.Coordinates;
import neox.parallel.comm.Communicator;
import neox.parallel.comm.Gloo;
import neox.parallel.comm.InProcess;
import neox.parallel.comm.MeetingPoint;
import neox.tensor.Device;

/// This rank's place in the grid and its groups: all ranks, and those that differ from it along one
/// axis alone. Made once, where the program starts; one rank is the same type, and its groups are
/// groups of one.
///
/// The owner closes it; the groups are closed with it.
public record Ranks(
    Topology topology,
    Coordinates at,
    Communicator world,
    Communicator pipe,
    Communicator data,
    Communicator tensor)
    implements AutoCloseable {
  private static final String WORLD = "world";

  /// How long ranks of one process wait for each other unless they say otherwise.
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  /// One process that does everything.
  public static Ranks single() {
    return inProcess(Topology.single()).getFirst();
  }

  /// Joins the other processes that the launcher has started; one rank waits for nobody. Returns
  /// when all are there.
  ///
  /// @param timeout how long to wait for another rank, here and in every operation
  public static Ranks join(Topology topology, Launch launch, Duration timeout) {
    return join(topology, launch, timeout, Device.CPU, List.of("")).getFirst();
  }

  /// As [#join], with several sets of groups over the same ranks, so that threads of a process
  /// which work beside each other do not take what is meant for another: each has its own set.
  ///
  /// @param device on which this rank computes; all ranks on one of the same kind
  /// @param names of the sets, the same on all ranks
  public static List<Ranks> join(
      Topology topology, Launch launch, Duration timeout, Device device, List<String> names) {
    if (topology.worldSize() != launch.worldSize()) {
      throw UserException.of(
          "pipe_parallel_size(%d) * model_parallel_size(%d) * data(%d) != WORLD_SIZE(%d)",
          topology.pipe(), topology.tensor(), topology.data(), launch.worldSize());
    }
    if (topology.equals(Topology.single())) {
      return names.stream().map(_ -> single()).toList();
    }
    int rank = launch.rank();
    MeetingPoint master = new MeetingPoint(launch.masterAddress(), launch.masterPort());
    boolean onGpus = device instanceof Device.Cuda;
    try (Gloo gloo = Gloo.join(master, rank, launch.worldSize(), timeout, onGpus)) {
      List<Ranks> sets = names.stream().map(name -> set(name, topology, rank, gloo)).toList();
      sets.getFirst().world.barrier(); // rank 0 serves the store until all have their groups
      return sets;
    }
  }

  private static Ranks set(String name, Topology topology, int rank, Gloo gloo) {
    List<Integer> all = IntStream.range(0, topology.worldSize()).boxed().toList();
    return new Ranks(
        topology,
        topology.coordinates(rank),
        name.isEmpty() ? gloo.world() : gloo.group(name + WORLD, all),
        gloo.group(name + Axis.PIPE.label(), topology.group(Axis.PIPE, rank)),
        gloo.group(name + Axis.DATA.label(), topology.group(Axis.DATA, rank)),
        gloo.group(name + Axis.TENSOR.label(), topology.group(Axis.TENSOR, rank)));
  }

  /// All ranks of the grid, to be used by one thread of this process each.
  public static List<Ranks> inProcess(Topology topology) {
    return inProcess(topology, new InProcess(PATIENCE));
  }

  static List<Ranks> inProcess(Topology topology, InProcess meetingPlace) {
    List<Integer> all = IntStream.range(0, topology.worldSize()).boxed().toList();
    List<Communicator> world = meetingPlace.group(WORLD, all);
    List<Communicator> pipe = inProcess(topology, Axis.PIPE, meetingPlace);
    List<Communicator> data = inProcess(topology, Axis.DATA, meetingPlace);
    List<Communicator> tensor = inProcess(topology, Axis.TENSOR, meetingPlace);
    return all.stream()
        .map(rank ->
            new Ranks(
                topology,
                topology.coordinates(rank),
                world.get(rank),
                pipe.get(rank),
                data.get(rank),
                tensor.get(rank)))
        .toList();
  }

  /// Each rank's end of its group along an axis.
  private static List<Communicator> inProcess(
      Topology topology, Axis axis, InProcess meetingPlace) {
    Communicator[] ends = new Communicator[topology.worldSize()];
    for (List<Integer> group : topology.groups(axis)) {
      List<Communicator> members = meetingPlace.group(axis.label(), group);
      for (int i = 0; i < group.size(); i++) {
        ends[group.get(i)] = members.get(i);
      }
    }
    return List.of(ends);
  }

  /// Runs the body on every rank of the grid, each in a thread of its own that has this name: `rank
  /// 3 (pipe 1, data 0, tensor 1)`. When a body fails, the other ranks are woken, and the first
  /// failure is thrown with its rank's name.
  ///
  /// Grad mode and scopes belong to threads: a body starts with gradients on and opens its own
  /// scope.
  public static void runInProcess(Topology topology, RankBody body) {
    InProcessRun.run(topology, PATIENCE, body);
  }

  /// As [#runInProcess], for ranks that give up waiting earlier or later than [#PATIENCE].
  public static void runInProcess(Topology topology, Duration patience, RankBody body) {
    InProcessRun.run(topology, patience, body);
  }

  /// What a rank does.
  @FunctionalInterface
  public interface RankBody {
    void run(Ranks ranks) throws Exception;
  }

  public int rank() {
    return topology.rank(at);
  }

  public TensorParallel tensorParallel() {
    return TensorParallel.of(tensor);
  }

  /// The same with the sequence cut into slices outside its regions.
  public TensorParallel sequenceParallel() {
    return TensorParallel.ofSlices(tensor);
  }

  /// The stages of this rank's network.
  public PipelineParallel pipelineParallel() {
    return new PipelineParallel(pipe);
  }

  /// True on the one rank that speaks for all: it writes the log and what there is one of.
  public boolean isFirstOfAll() {
    return world.isFirst();
  }

  /// True on the ranks that read the batch's tokens.
  public boolean isFirstStage() {
    return pipe.isFirst();
  }

  /// True on the ranks that compute the loss.
  public boolean isLastStage() {
    return pipe.isLast();
  }

  /// True on the ranks that speak for those with the same parameters.
  public boolean isFirstReplica() {
    return data.isFirst();
  }

  @Override
  public void close() {
    try (world;
        pipe;
        data;
        tensor) {
      // Closes all four, whatever one of them throws.
    }
  }

  @Override
  public String toString() {
    return "rank %d (pipe %d, data %d, tensor %d)"
        .formatted(rank(), at.pipe(), at.data(), at.tensor());
  }
}
