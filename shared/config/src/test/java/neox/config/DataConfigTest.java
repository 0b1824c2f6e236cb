package neox.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataConfigTest {
  private static final String PATHS =
      """
      train_data_paths: [a, b]
      valid_data_paths: [a]
      test_data_paths: [c]
      """;

  @Test
  void readsHowDocumentsBecomeSamples() {
    DataConfig plain = TestConfig.load("seed: 1").data();
    assertThat(plain.packing()).isEqualTo(Packing.PACKED);
    assertThat(plain.allowChopped()).isTrue();
    assertThat(plain.weightByDocuments()).isFalse();
    assertThat(plain.samplerAlpha()).isEqualTo(1);
    DataConfig other =
        TestConfig.load(
                """
                pack_impl: pack_until_overflow
                allow_chopped: false
                weight_by_num_documents: true
                weighted_sampler_alpha: 0.3
                """)
            .data();
    assertThat(other.packing()).isEqualTo(Packing.PACK_UNTIL_OVERFLOW);
    assertThat(other.allowChopped()).isFalse();
    assertThat(other.weightByDocuments()).isTrue();
    assertThat(other.samplerAlpha()).isEqualTo(0.3);
  }

  @Test
  void readsLabelDatasets() {
    DataConfig data =
        TestConfig.load(
                PATHS
                    + """
                    train_label_data_paths: [la, lb]
                    valid_label_data_paths: [la]
                    test_label_data_paths: [lc]
                    """)
            .data();
    assertThat(data.train().labels()).containsExactly(Path.of("la"), Path.of("lb"));
    assertThat(data.test().labels()).containsExactly(Path.of("lc"));
  }

  @Test
  void labelDatasetsGoWithThePathsOfAllSplits() {
    assertThat(TestConfig.problems(PATHS + "train_label_data_paths: [la]"))
        .contains(
            "c.yml:4: train_label_data_paths: expected one label dataset for each of the 2"
                + " train_data_paths, found 1",
            "c.yml:4: train_label_data_paths: give label datasets for all three of train, valid"
                + " and test, or for none: their losses would not compare");
    assertThat(
            TestConfig.problems(
                """
                data_path: d
                train_label_data_paths: [l]
                valid_label_data_paths: [l]
                test_label_data_paths: [l]
                """))
        .contains("data_path has none");
  }

  @Test
  void aRunHasStepsOrEpochs() {
    assertThat(TestConfig.problems("train_epochs: 2\ntrain_iters: 5"))
        .isEqualTo("c.yml:1: train_epochs: give either train_epochs or train_iters, not both");
    BatchConfig batch =
        TestConfig.loaded("train_iters: null\ntrain_epochs: 2", Map.of()).config().batch();
    assertThat(batch.trainEpochs()).isEqualTo(Optional.of(2));
    assertThat(batch.trainIters()).isZero();
    RunShape run = RunShape.ONE_REPLICA.withSteps(9);
    assertThat(TestConfig.load("train_iters: null\ntrain_epochs: 2", run).batch().trainIters())
        .isEqualTo(9);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "pack_impl: pack_until_overflow | not supported with pack_impl pack_until_overflow",
        "weight_by_num_documents: true | contradicts weight_by_num_documents",
        "train_data_weights: [1, 2] | contradicts train_data_weights",
      })
  void epochsNeedAnOrderThatSeesEachDocumentOnce(String line, String problem) {
    String text = PATHS + "train_iters: null\ntrain_epochs: 2\n" + line;
    assertThat(TestConfig.problems(text)).contains("c.yml:5: train_epochs: " + problem);
  }

  @Test
  void fillInTheMiddleIsOffUnlessItHasARate() {
    assertThat(TestConfig.load("fim_spm_rate: 0.3").data().fim()).isEmpty();
    assertThat(TestConfig.load("fim_rate: 0.5\nfim_level: document").data().fim())
        .contains(
            new FimConfig(
                0.5,
                0.5,
                FimConfig.Level.DOCUMENT,
                "<fim_prefix>",
                "<fim_middle>",
                "<fim_suffix>"));
  }

  @Test
  void fillInTheMiddleNeedsThreeTokensAndNoLabels() {
    assertThat(TestConfig.problems("fim_rate: 0.5\nfim_middle_token: <fim_suffix>"))
        .isEqualTo(
            "c.yml:2: fim_prefix_token: expected three different tokens, found \"<fim_prefix>\","
                + " \"<fim_suffix>\" and \"<fim_suffix>\"");
    assertThat(
            TestConfig.problems(
                PATHS
                    + """
                    train_label_data_paths: [la, lb]
                    valid_label_data_paths: [la]
                    test_label_data_paths: [lc]
                    fim_rate: 0.5
                    """))
        .contains(
            "fim_rate: a label dataset says of a text in its own order what is to be learnt; set"
                + " fim_rate to 0 or train without train_label_data_paths");
    assertThat(TestConfig.problems("fim_rate: 1.5"))
        .isEqualTo("c.yml:1: fim_rate: expected a number between 0 and 1, found number 1.5");
  }

  @Test
  void documentsAreKeptApartWhereAttentionAloneMixesThem() {
    assertThat(TestConfig.load("reset_attention_mask: true").data().documentMask())
        .isEqualTo(new DocumentMask(false, true));
    assertThat(TestConfig.problems("attention_config: [[[gmlp], all]]\nreset_attention_mask: true"))
        .isEqualTo(
            "c.yml:2: reset_attention_mask: gmlp and amlp blocks mix all tokens of a sample,"
                + " whatever their documents; set it to false");
    assertThat(
            TestConfig.problems(
                """
                dataset_impl: pairwise
                pack_impl: unpacked
                train_impl: dpo
                pos_train_data_paths: [a]
                neg_train_data_paths: [b]
                pos_valid_data_paths: [a]
                neg_valid_data_paths: [b]
                pos_test_data_paths: [a]
                neg_test_data_paths: [b]
                reset_position_ids: true
                fim_rate: 0.5
                """))
        .contains(
            "c.yml:10: reset_position_ids: not built yet for pairs of texts and for rewards, each"
                + " of which is a sample of its own; set it to false",
            "fim_rate: texts that are compared or rewarded are learnt in their own order; set"
                + " fim_rate to 0");
  }
}
