package neox.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import neox.config.DataStage.Start;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataStageTest {
  private static final String PATHS =
      """
      train_data_paths: [a, b]
      valid_data_paths: [a]
      test_data_paths: [c]
      """;

  @Test
  void aStageHasTheDatasetsOfTheOneBeforeUnlessItNamesItsOwn() {
    List<DataStage> stages =
        TestConfig.load(
                PATHS
                    + """
                    data_stages:
                      - {from_step: 10, train_data_weights: [1, 3]}
                      - {from_token: 5_000, train_data_paths: [c, d]}
                      - {from_sample: 900, train_data_weights: [0, 0.5]}
                    """)
            .data()
            .stages();
    assertThat(stages.stream().map(DataStage::start))
        .containsExactly(new Start.Step(10), new Start.Token(5000), new Start.Sample(900));
    assertThat(stages.get(0).mixture().paths()).containsExactly(Path.of("a"), Path.of("b"));
    assertThat(stages.get(0).mixture().weights()).containsExactly(1.0, 3.0);
    assertThat(stages.get(1).mixture().weightsOrOnes()).containsExactly(1.0, 1.0);
    assertThat(stages.get(2).mixture().paths()).containsExactly(Path.of("c"), Path.of("d"));
    assertThat(stages.get(2).mixture().weights()).containsExactly(0.0, 0.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[5] | data_stages: expected a list, each item a mapping such as {from_step: 1000,"
            + " train_data_weights: [1, 3]}, found a list",
        "[{train_data_weights: [1, 2]}] | data_stages: stage 1 of the list: expected one of"
            + " from_step, from_sample and from_token, found none",
        "[{from_step: 1, from_token: 2, train_data_weights: [1, 2]}] | data_stages: stage 1 of the"
            + " list: expected one of from_step, from_sample and from_token, found from_step and"
            + " from_token",
        "[{from_step: 1.5, train_data_weights: [1, 2]}] | data_stages: stage 1 of the list:"
            + " from_step: expected a count, found 1.5",
        "[{from_step: -1, train_data_weights: [1, 2]}] | data_stages: stage 1 of the list:"
            + " from_step: expected a count, found -1",
        "[{from_step: 1}] | data_stages: stage 1 of the list: expected one weight for each of its 2"
            + " datasets, found 0",
        "[{from_step: 1, train_data_weights: [1]}] | data_stages: stage 1 of the list: expected one"
            + " weight for each of its 2 datasets, found 1",
        "[{from_step: 1, train_data_weights: [0, 0]}] | data_stages: stage 1 of the list: at least"
            + " one weight must be above 0",
        "[{from_step: 1, train_data_weights: [a, b]}] | data_stages: stage 1 of the list:"
            + " train_data_weights: expected numbers of at least 0, found [a, b]",
        "[{from_step: 1, train_data_paths: d}] | data_stages: stage 1 of the list:"
            + " train_data_paths: expected a list of paths, found d",
        "[{from_step: 1, train_data_paths: [d, d]}] | data_stages: stage 1 of the list: each"
            + " dataset once; found one that is named twice",
        "[{from_step: 9, train_data_weights: [1, 2]}, {from_token: 5, train_data_weights: [2, 1]},"
            + " {from_step: 8, train_data_weights: [1, 1]}] | data_stages: stage 3 of the list: it"
            + " begins before a stage that stands above it; list them in the order of their starts",
        "[{from_step: 1, weights: [1, 2]}] | data_stages: stage 1 of the list: no key weights; a"
            + " stage has one of from_step, from_sample and from_token, and train_data_weights,"
            + " train_data_paths, train_label_data_paths",
        "[{from_step: 1, train_data_paths: [d], train_label_data_paths: [e]}] | data_stages: stage"
            + " 1 of the list: expected a label dataset for each of its datasets where the first"
            + " stage has them, found 1 for 1",
      })
  void saysWhatIsWrongWithAStage(String stages, String problem) {
    assertThat(TestConfig.problems(PATHS + "data_stages: " + stages))
        .isEqualTo("c.yml:4: " + problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "weight_by_num_documents: true | data_stages: contradicts weight_by_num_documents, which"
            + " passes over the weights that are given",
        "train_epochs: 2 | train_epochs: contradicts data_stages: in an epoch each document counts"
            + " once; give train_iters",
      })
  void stagesContradictOtherWaysToWeigh(String line, String problem) {
    String text =
        PATHS
            + "data_stages: [{from_step: 9, train_data_weights: [1, 2]}]\ntrain_iters: "
            + (line.startsWith("train_epochs") ? "null" : "5")
            + "\n"
            + line;
    assertThat(TestConfig.problems(text)).contains(problem);
  }

  @Test
  void stagesNeedAMixtureToBeginWith() {
    assertThat(
            TestConfig.problems(
                "data_path: d\ndata_stages: [{from_step: 9, train_data_paths: [e]}]"))
        .isEqualTo("c.yml:2: data_stages: needs train_data_paths, the mixture of the first stage");
  }
}
