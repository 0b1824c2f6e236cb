package neox.converthf.fromhf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalInt;
import neox.config.Vocabulary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaddedRowsTest {
  /// Pythia, GPT-NeoX-20B on one rank and on two, Llama 2, Polyglot; a Llama 2 with a token of its
  /// own; 32,000 rows on 3 ranks.
  @ParameterizedTest
  @CsvSource({
    "50304, 50277, 1, 50304, 128",
    "50432, 50277, 1, 50432, 256",
    "50432, 50277, 2, 50432, 128",
    "32000, 32000, 1, 32000, 128",
    "32000, 32000, 4, 32000, 64",
    "30080, 30003, 8, 30080, 16",
    "32000, 32001, 1, 32128, 128",
    "32000, 32000, 3, 32256, 128",
    "60000, 32000, 1, 60000, 60000"
  })
  void rowsStayAsTheyAreWhereRanksDivideThem(
      int stored, int tokens, int ranks, int rows, int divisor) {
    assertThat(PaddedRows.of(stored, tokens, ranks, OptionalInt.empty()))
        .isEqualTo(new PaddedRows(rows, divisor));
  }

  /// NeoX computes the rows anew from tokenizer, unit and ranks, and compares.
  @Test
  void neoxComesToTheSameRows() {
    for (int stored : new int[] {257, 300, 512, 1000}) {
      for (int tokens : new int[] {200, 257, 511, 1001}) {
        for (int ranks = 1; ranks <= 8; ranks++) {
          PaddedRows rows = PaddedRows.of(stored, tokens, ranks, OptionalInt.empty());
          assertThat(Vocabulary.padded(tokens, rows.divisor(), ranks)).isEqualTo(rows.rows());
          assertThat(rows.rows()).isGreaterThanOrEqualTo(Math.max(stored, tokens));
          assertThat(rows.rows() % ranks).isZero();
        }
      }
    }
  }

  @Test
  void aUnitOfOnesOwnPadsAsNeoxDoes() {
    assertThat(PaddedRows.of(50_277, 50_277, 2, OptionalInt.of(128)))
        .isEqualTo(new PaddedRows(50_432, 128));
  }
}
