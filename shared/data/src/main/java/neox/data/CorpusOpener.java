package neox.data;

import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.OptionalLong;
import neox.config.DataConfig;
import neox.config.Packing;
import neox.data.fim.FillInTheMiddle;

/// Makes samples of corpora as the configuration says.
record CorpusOpener(DataConfig config, int seqLength, Arena arena, IndexCache cache) {
  /// @param requested how many samples; none for one epoch
  CorpusSamples open(
      CorpusSource source, OptionalLong requested, Optional<FillInTheMiddle> reordering) {
    OrderPlan plan = plan(source, requested);
    SampleOrder order = cache.open(source.corpus().tokens(), plan);
    DocumentSamples plain = samples(source.corpus(), order);
    TokenSamples samples = reordering.map(each -> reordered(plain, each)).orElse(plain);
    Companion companion =
        source
            .rejected()
            .<Companion>map(rejected -> new Companion.Rejected(samples(rejected, order)))
            .or(() ->
                source
                    .rewards()
                    .map(rewards ->
                        new Companion.Rewards(RewardSamples.of(source.corpus(), samples, rewards))))
            .orElseGet(Companion.None::new);
    return new CorpusSamples(source, plan, samples, companion);
  }

  private static TokenSamples reordered(DocumentSamples samples, FillInTheMiddle fim) {
    return switch (fim.level()) {
      case CONTEXT -> new ReorderedSamples(samples, fim);
      case DOCUMENT -> samples.reordered(fim);
    };
  }

  private DocumentSamples samples(Corpus corpus, SampleOrder order) {
    return new DocumentSamples(corpus, order, seqLength, config.packing() != Packing.PACKED);
  }

  private OrderPlan plan(CorpusSource source, OptionalLong requested) {
    Corpus corpus = source.corpus();
    long seed = config.seed();
    return switch (config.packing()) {
      case PACKED -> PackedPlan.of(corpus, seqLength, seed, requested);
      case UNPACKED -> {
        EligibleDocuments eligible = unpacked(source);
        long samples = requested.orElse(eligible.count());
        long period = source.rejected().isPresent() ? corpus.items().count() : samples;
        yield new UnpackedPlan(corpus.items(), seqLength, seed, samples, period, eligible);
      }
      case PACK_UNTIL_OVERFLOW -> {
        EligibleDocuments eligible =
            EligibleDocuments.of(
                corpus, OverflowPlan.rule(seqLength, config.allowChopped()), arena);
        yield OverflowPlan.of(corpus, seqLength, seed, requested.orElseThrow(), eligible);
      }
    };
  }

  /// Of pairs, both texts must take part.
  private EligibleDocuments unpacked(CorpusSource source) {
    EligibleDocuments.Rule rule = UnpackedPlan.rule(seqLength, config.allowChopped());
    EligibleDocuments eligible = EligibleDocuments.of(source.corpus(), rule, arena);
    return source
        .rejected()
        .map(rejected ->
            eligible.and(EligibleDocuments.of(rejected, rule, arena), source.corpus(), arena))
        .orElse(eligible);
  }
}
