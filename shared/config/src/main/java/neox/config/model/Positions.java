package neox.config.model;

import java.util.List;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// How the network learns where a token stands (`pos_emb`), with what that choice needs.
public sealed interface Positions {
  /// A trained vector for each position, added to the embedding.
  ///
  /// @param rows of the table (`max_position_embeddings`)
  /// @param offset row of the first position (`opt_pos_emb_offset`, which is 2 in OPT)
  record Learned(int rows, int offset) implements Positions {
    public Learned(int rows) {
      this(rows, 0);
    }
  }

  /// Queries and keys are turned by their position (arXiv:2104.09864 eq. 34).
  ///
  /// @param fraction of each head's dims that is turned (`rotary_pct`)
  /// @param base theta (`rotary_emb_base`)
  /// @param scaling beyond the positions of training
  record Rotary(double fraction, int base, RotaryScaling scaling) implements Positions {
    public Rotary(double fraction, int base) {
      this(fraction, base, new RotaryScaling.None());
    }

    /// How many of a head's dims are turned.
    public int dims(int headDim) {
      return (int) (headDim * fraction);
    }

    /// Dims turn in pairs, so their number is even; and some must turn.
    public boolean fits(int headDim) {
      return dims(headDim) > 0 && dims(headDim) % 2 == 0;
    }
  }

  /// A fixed vector for each position, added to the embedding (arXiv:1706.03762 §3.5).
  record Sinusoidal() implements Positions {}

  /// Scores sink linearly with the distance (arXiv:2108.12409).
  record Alibi() implements Positions {}

  /// A trained number for each head and range of distances is added to the scores; one table for
  /// all blocks (arXiv:1910.10683 §2.1).
  ///
  /// @param buckets ranges of distances (`rpe_num_buckets`)
  /// @param maxDistance from here on all distances share a bucket (`rpe_max_distance`)
  record Relative(int buckets, int maxDistance) implements Positions {}

  /// Nothing but the causal mask.
  record None() implements Positions {}

  /// The words of `pos_emb`.
  enum Name {
    LEARNED,
    ROTARY,
    SINUSOIDAL,
    RPE,
    ALIBI,
    NONE
  }

  /// The word that a configuration says this with.
  default Name name() {
    return switch (this) {
      case Learned _ -> Name.LEARNED;
      case Rotary _ -> Name.ROTARY;
      case Sinusoidal _ -> Name.SINUSOIDAL;
      case Relative _ -> Name.RPE;
      case Alibi _ -> Name.ALIBI;
      case None _ -> Name.NONE;
    };
  }

  /// Whether the scheme adds a number to every score.
  default boolean biasesScores() {
    return switch (this) {
      case Alibi _, Relative _ -> true;
      case Learned _, Rotary _, Sinusoidal _, None _ -> false;
    };
  }

  /// Reads the scheme and its numbers.
  ///
  /// @param dims whose positions are the rows of a learned table
  static Positions from(ConfigTable t, Dims dims) {
    Name name = t.choice("pos_emb", Name.LEARNED, "how positions enter the network");
    double fraction =
        t.real("rotary_pct", 1.0, Range.between(0, 1), "rotated fraction of each head");
    int base = t.integer("rotary_emb_base", 10000, Range.atLeast(1), "theta of arXiv:2104.09864");
    RotaryScaling scaling = RotaryScaling.from(t);
    int offset =
        t.integer(
            "opt_pos_emb_offset",
            0,
            Range.between(0, 1 << 20),
            "row of the first position in a learned table; 2 in OPT");
    t.check(
        name != Name.LEARNED || offset == 0 || dims.seqLength() + offset <= dims.maxPositions(),
        List.of("opt_pos_emb_offset", "max_position_embeddings", "seq_length"),
        "seq_length (%d) and %d rows before do not fit max_position_embeddings (%d)",
        dims.seqLength(),
        offset,
        dims.maxPositions());
    int buckets =
        t.integer("rpe_num_buckets", 32, Range.atLeast(2), "ranges of distances of pos_emb rpe");
    int maxDistance =
        t.integer(
            "rpe_max_distance",
            128,
            Range.atLeast(1),
            "distance from which on pos_emb rpe tells none apart");
    t.check(
        name != Name.RPE || maxDistance > buckets / 2,
        List.of("rpe_max_distance", "rpe_num_buckets"),
        "must be greater than half of rpe_num_buckets (%d), found %d",
        buckets,
        maxDistance);
    return switch (name) {
      case LEARNED -> new Learned(dims.maxPositions(), offset);
      case ROTARY -> new Rotary(fraction, base, scaling);
      case SINUSOIDAL -> new Sinusoidal();
      case RPE -> new Relative(buckets, maxDistance);
      case ALIBI -> new Alibi();
      case NONE -> new None();
    };
  }
}
