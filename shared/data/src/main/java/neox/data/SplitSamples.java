package neox.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.LongToIntFunction;
import neox.data.indexed.ItemRange;
import neox.data.ledger.Ledger;

/// The samples of one split and the datasets that they come from.
///
/// @param name `train`, `valid` or `test`
/// @param companion what belongs to each sample besides
/// @param requested how many samples the run draws
/// @param ledger of the mixtures, where they change in the course of the run
public record SplitSamples(
    String name,
    TokenSamples samples,
    Companion companion,
    List<Member> members,
    long requested,
    Optional<Ledger> ledger) {

  /// A dataset, or the part of it that belongs to the split.
  ///
  /// @param labels the label dataset that belongs to it
  /// @param tokens of all its documents
  /// @param samples how many it gives before its order repeats
  /// @param samplesPerEpoch how many samples use every document once
  /// @param checksum of its documents, wherever the files lie ([Corpus#checksum])
  /// @param whole the dataset and which of its documents take part
  /// @param weight its configured share of the split, at most 1
  /// @param share what it got of the samples
  public record Member(
      Path prefix,
      Optional<Path> labels,
      long documents,
      long tokens,
      long samples,
      double samplesPerEpoch,
      String checksum,
      Whole whole,
      double weight,
      double share) {}

  /// A dataset whose documents are shared between splits.
  ///
  /// @param items of the split
  /// @param count of all documents
  /// @param sizes of documents in tokens
  /// @param takes whether a document of the split can be in a sample
  public record Whole(ItemRange items, long count, LongToIntFunction sizes, LongPredicate takes) {}

  public SplitSamples {
    members = List.copyOf(members);
  }

  SplitSamples(
      String name,
      TokenSamples samples,
      Companion companion,
      List<Member> members,
      long requested) {
    this(name, samples, companion, members, requested, Optional.empty());
  }

  SplitSamples withRequested(long count) {
    return new SplitSamples(name, samples, companion, members, count, ledger);
  }

  SplitSamples withLedger(Ledger value) {
    return new SplitSamples(name, samples, companion, members, requested, Optional.of(value));
  }

  /// How often the run sees each document of a member.
  public double epochs(Member member) {
    return requested * member.share() / member.samplesPerEpoch();
  }

  /// One line per member, for people.
  public List<String> describe() {
    List<String> lines = new ArrayList<>();
    for (Member member : members) {
      String line =
          String.format(
              Locale.ROOT,
              "%s: %s: %,d documents, %,d tokens an epoch, %.2f epochs in this run",
              name,
              member.prefix(),
              member.documents(),
              member.tokens(),
              epochs(member));
      String mixture =
          String.format(
              Locale.ROOT, ", weight %.5f, achieved %.5f", member.weight(), member.share());
      lines.add(members.size() == 1 ? line : line + mixture);
    }
    return lines;
  }

  /// One line for each member that the run sees more than once.
  public List<String> repeats() {
    return members.stream()
        .filter(member -> epochs(member) > 1)
        .map(member ->
            String.format(
                Locale.ROOT,
                "%s: the run reads %s %.2f times: it draws %,.0f samples of %d tokens and one"
                    + " epoch gives %,.0f",
                name,
                member.prefix(),
                epochs(member),
                requested * member.share(),
                samples.length() - 1,
                member.samplesPerEpoch()))
        .toList();
  }
}
