package neox.parallel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;

/// Where each rank stands in the grid of pipeline, data and tensor parallelism.
///
/// Ranks are numbered with the pipeline axis outermost and the tensor axis innermost, as NeoX does,
/// so that the ranks of a tensor group, which talk most, are neighbours.
public record Topology(int pipe, int data, int tensor) {
  /// The axes of the grid, outermost first.
  public enum Axis {
    PIPE,
    DATA,
    TENSOR;

    /// The axis's name in messages.
    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// A rank's place along each axis.
  public record Coordinates(int pipe, int data, int tensor) {}

  public Topology {
    if (pipe < 1 || data < 1 || tensor < 1) {
      throw new IllegalArgumentException(
          "every axis has at least one rank: pipe %d, data %d, tensor %d"
              .formatted(pipe, data, tensor));
    }
    Math.multiplyExact(Math.multiplyExact(pipe, data), tensor);
  }

  /// One process that does everything.
  public static Topology single() {
    return new Topology(1, 1, 1);
  }

  public int worldSize() {
    return pipe * data * tensor;
  }

  public int size(Axis axis) {
    return switch (axis) {
      case PIPE -> pipe;
      case DATA -> data;
      case TENSOR -> tensor;
    };
  }

  public Coordinates coordinates(int rank) {
    Objects.checkIndex(rank, worldSize());
    return new Coordinates(rank / (data * tensor), rank / tensor % data, rank % tensor);
  }

  public int rank(Coordinates at) {
    return (Objects.checkIndex(at.pipe(), pipe) * data + Objects.checkIndex(at.data(), data))
            * tensor
        + Objects.checkIndex(at.tensor(), tensor);
  }

  /// The ranks that differ from `rank` along this axis alone, itself included, in order.
  public List<Integer> group(Axis axis, int rank) {
    Coordinates at = coordinates(rank);
    return IntStream.range(0, size(axis))
        .map(i ->
            switch (axis) {
              case PIPE -> rank(new Coordinates(i, at.data(), at.tensor()));
              case DATA -> rank(new Coordinates(at.pipe(), i, at.tensor()));
              case TENSOR -> rank(new Coordinates(at.pipe(), at.data(), i));
            })
        .boxed()
        .toList();
  }

  /// All groups along this axis; each rank is in exactly one.
  public List<List<Integer>> groups(Axis axis) {
    List<List<Integer>> groups = new ArrayList<>();
    for (int rank = 0; rank < worldSize(); rank++) {
      List<Integer> group = group(axis, rank);
      if (group.getFirst() == rank) {
        groups.add(group);
      }
    }
    return List.copyOf(groups);
  }
}
