package neox.train.optimizer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.config.ZeroConfig;
import neox.model.WeightUse;
import neox.train.optimizer.Bucket.Kind;
import neox.train.optimizer.Bucket.Member;

/// This rank's parameters in flat buckets, each cut into as many parts as there are data-parallel
/// ranks. What ranks share, they share by these parts; all ranks of a stage have the same.
///
/// @param all those that are trained; with shared weights the others, too
public record Buckets(Holdings holdings, ZeroConfig zero, List<Bucket> all) {
  /// The parameters of this rank, those of a kind that a pass uses in the same steps together.
  ///
  /// @param uses of the parameters, in steps of a pass; unknown where they are not listed
  public static Buckets of(Holdings holdings, List<WeightUse> uses, ZeroConfig zero, Cut cut) {
    boolean alone = holdings.ranks().data().isAlone();
    ZeroConfig shared = alone ? zero.alone() : zero;
    Map<String, List<Integer>> steps = new HashMap<>();
    uses.forEach(use -> steps.put(use.parameter().spec().key(), use.steps()));
    Map<Alike, List<Member>> groups = new LinkedHashMap<>();
    holdings.mine().stream()
        .filter(each -> each.spec().trainable() || shared.sharesWeights())
        .map(each -> new Member(each, steps.getOrDefault(each.spec().key(), List.of())))
        .forEach(member -> {
          Kind kind = Kind.of(member.parameter(), holdings.stages(member.parameter().spec()));
          Alike alike = new Alike(kind, shared.sharesWeights() ? member.steps() : List.of());
          groups.computeIfAbsent(alike, _ -> new ArrayList<>()).add(member);
        });
    // Weights are gathered for a step at a time, however many they are.
    long size = alone || shared.sharesWeights() ? Long.MAX_VALUE : shared.reduceBucketSize();
    int parts = holdings.ranks().data().size();
    List<Bucket> buckets = new ArrayList<>();
    groups.forEach((alike, members) ->
        split(members, size)
            .forEach(some -> buckets.add(new Bucket(alike.kind, some, parts, cut))));
    return new Buckets(holdings, shared, List.copyOf(buckets));
  }

  /// What the parameters of a bucket have in common.
  private record Alike(Kind kind, List<Integer> steps) {}

  /// Neighbours of at most `size` numbers together, full ones from the end, where the backward pass
  /// begins. A parameter that is larger is alone.
  private static List<List<Member>> split(List<Member> members, long size) {
    List<List<Member>> result = new ArrayList<>();
    List<Member> current = new ArrayList<>();
    long numbers = 0;
    for (Member member : members.reversed()) {
      long more = member.parameter().value().numel();
      if (!current.isEmpty() && more > size - numbers) {
        result.addFirst(current.reversed());
        current = new ArrayList<>();
        numbers = 0;
      }
      current.add(member);
      numbers += more;
    }
    result.addFirst(current.reversed());
    return result;
  }

  /// The buckets that have gradients.
  List<Bucket> trained() {
    return all.stream().filter(bucket -> bucket.kind().trainable()).toList();
  }
}
