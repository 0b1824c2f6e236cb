package neox.parallel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// One fixed order in which numbered terms are added, whichever ranks hold them: a binary tree
/// whose leaves are the terms. Floating-point sums depend on that order and on nothing else, for `a
/// + b = b + a`.
///
/// A rank adds up what lies together in the tree ([#held]); what is left is added by whoever has
/// gathered it ([#sum]). With a power of two of terms, shared by a power of two of ranks, each rank
/// comes to one number.
///
/// @param terms the term at each place of the tree, from left to right
/// @param holders the rank that holds the term at each place
public record SumTree(List<Integer> terms, List<Integer> holders) {
  /// The sum of the terms at the places from `from` to `to` - 1.
  public record Node(int from, int to) {
    boolean isLeaf() {
      return to - from == 1;
    }

    /// The first of the two nodes that it is the sum of.
    Node left() {
      return new Node(from, from + (to - from + 1) / 2);
    }

    Node right() {
      return new Node(from + (to - from + 1) / 2, to);
    }
  }

  public SumTree {
    terms = List.copyOf(terms);
    holders = List.copyOf(holders);
  }

  /// Terms of which rank r holds a run: with n of them on each, those from `r·n` on.
  public static SumTree ofRuns(int terms, int ranks) {
    int each = each(terms, ranks);
    List<Integer> places = IntStream.range(0, terms).boxed().toList();
    return new SumTree(places, places.stream().map(term -> term / each).toList());
  }

  /// Terms that are dealt out to the ranks in turn: rank r holds r, r + ranks, and so on. Even
  /// terms are in the left half of the tree, odd ones in the right, and so on within each half, so
  /// that what a rank of 2, 4, … holds lies together.
  public static SumTree ofTurns(int terms, int ranks) {
    each(terms, ranks);
    List<Integer> places = evenFirst(IntStream.range(0, terms).boxed().toList());
    return new SumTree(places, places.stream().map(term -> term % ranks).toList());
  }

  private static int each(int terms, int ranks) {
    if (terms < 1 || terms % ranks != 0) {
      throw new IllegalArgumentException(ranks + " ranks cannot share " + terms + " terms alike");
    }
    return terms / ranks;
  }

  private static List<Integer> evenFirst(List<Integer> numbers) {
    if (numbers.size() <= 2) {
      return numbers;
    }
    List<Integer> places = new ArrayList<>();
    for (int parity = 0; parity <= 1; parity++) {
      int first = parity;
      places.addAll(
          evenFirst(
              IntStream.range(0, numbers.size())
                  .filter(i -> i % 2 == first)
                  .mapToObj(numbers::get)
                  .toList()));
    }
    return places;
  }

  /// The whole sum.
  public Node root() {
    return new Node(0, terms.size());
  }

  /// The terms that a rank holds, in the order of their places: added in this order, few sums are
  /// open at a time.
  public List<Integer> termsOf(int rank) {
    return placesOf(rank).stream().map(terms::get).toList();
  }

  /// The nodes of a rank's terms, in the order of [#termsOf].
  public List<Node> leavesOf(int rank) {
    return placesOf(rank).stream().map(place -> new Node(place, place + 1)).toList();
  }

  private List<Integer> placesOf(int rank) {
    return IntStream.range(0, terms.size())
        .filter(place -> holders.get(place) == rank)
        .boxed()
        .toList();
  }

  /// The largest nodes all of whose terms this rank holds, in order.
  public List<Node> held(int rank) {
    List<Node> held = new ArrayList<>();
    addHeld(root(), rank, held);
    return List.copyOf(held);
  }

  private void addHeld(Node node, int rank, List<Node> held) {
    List<Integer> who = holders.subList(node.from(), node.to());
    if (who.stream().allMatch(holder -> holder == rank)) {
      held.add(node);
    } else if (who.contains(rank)) {
      addHeld(node.left(), rank, held);
      addHeld(node.right(), rank, held);
    }
  }

  /// The nodes that are the sum of a left and a right one, by the right one.
  public Map<Node, Node> siblings() {
    Map<Node, Node> left = new HashMap<>();
    addSiblings(root(), left);
    return left;
  }

  private static void addSiblings(Node node, Map<Node, Node> left) {
    if (!node.isLeaf()) {
      left.put(node.right(), node.left());
      addSiblings(node.left(), left);
      addSiblings(node.right(), left);
    }
  }

  /// A node's sum from those of nodes below it, in new memory unless it is known itself.
  public Tensor sum(Node node, Function<Node, Optional<Tensor>> known) {
    Optional<Tensor> whole = known.apply(node);
    if (whole.isPresent()) {
      return whole.get();
    }
    if (node.isLeaf()) {
      throw new IllegalStateException("nobody holds " + node);
    }
    return Scope.run(() -> sum(node.left(), known).add(sum(node.right(), known)));
  }

  /// The same from a table.
  public Tensor sum(Map<Node, Tensor> known) {
    return sum(root(), node -> Optional.ofNullable(known.get(node)));
  }

  /// How many sums the rank with the most of them comes to.
  public int mostHeld(int ranks) {
    return IntStream.range(0, ranks).map(rank -> held(rank).size()).max().orElseThrow();
  }
}
