package neox.evaluation.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.evaluation.TaskText;
import neox.evaluation.config.FewShotKeys.Sampler;
import neox.evaluation.document.Document;
import neox.evaluation.function.TaskFunction;
import neox.evaluation.metric.Metric;
import neox.evaluation.task.FilterPipeline;
import neox.evaluation.task.Instance;
import neox.evaluation.task.OutputType;
import neox.evaluation.task.PromptPart;
import neox.evaluation.task.Task;
import neox.template.value.Dict;
import neox.template.value.Value;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaskFactoryTest {
  private static final String LEAST =
      """
      task: t
      dataset_path: some/data
      test_split: test
      doc_to_text: "{{q}}"
      doc_to_target: a
      """;

  @TempDir private Path given;
  private Path folder;

  @BeforeEach
  void findFolder() throws IOException {
    folder = given.toRealPath();
  }

  private Task task(String more) throws IOException {
    return TaskText.task(folder, LEAST + more);
  }

  @Test
  void whatIsNotSaidIsAsInTheHarness() throws IOException {
    Task task = task("");
    assertThat(task.outputType()).isEqualTo(OutputType.GENERATE_UNTIL);
    assertThat(task.version().asText()).isEqualTo("Yaml");
    assertThat(task.generation().keywords())
        .hasToString(
            "{\"temperature\":0.0,\"do_sample\":false,\"max_gen_toks\":256,\"until\":[\"\\n\\n\"]}");
    assertThat(task.metrics()).extracting(Metric::name).containsExactly("exact_match");
    assertThat(task.filters()).containsExactly(FilterPipeline.FIRST);
    assertThat(task.fewShot().sampler()).isEqualTo(Sampler.RANDOM);
    assertThat(task.fewShot().count()).isEmpty();
    assertThat(task.repeats()).isEqualTo(1);
    assertThat(task.config().alias()).isEqualTo("t");
    assertThat(task("output_type: multiple_choice\n").metrics())
        .extracting(Metric::name)
        .containsExactly("acc", "acc_norm");
  }

  @Test
  void generationEndsAtTheDelimiterOfExamplesUnlessSaidOtherwise() throws IOException {
    Task task =
        task("fewshot_delimiter: \"|\"\ngeneration_kwargs: {temperature: 0, max_gen_toks: 5}\n");
    assertThat(task.generation().keywords())
        .hasToString("{\"temperature\":0.0,\"max_gen_toks\":5,\"until\":[\"|\"]}");
  }

  @Test
  void examplesInheritWhatTheyDoNotSay() throws IOException {
    Task task =
        task("fewshot_split: dev\ngen_prefix: So\nfewshot_config: {target_delimiter: \"-\"}\n");
    assertThat(task.fewShot().split()).contains("dev");
    assertThat(task.fewShot().prompt().targetDelimiter()).isEqualTo("-");
    assertThat(task.fewShot().prompt().answerPrefix()).isPresent();
    assertThat(task.prompt().targetDelimiter()).isEqualTo(" ");
  }

  /// Run with the harness: a null reaches its FewshotConfig, which has no question and no answer of
  /// its own then, and takes the task's.
  @Test
  void examplesInheritNothingWhereTheySayNull() throws IOException {
    TaskFunction.OfDocuments function = documents -> documents;
    Task task =
        TaskText.task(
            folder,
            LEAST
                + """
                fewshot_split: dev
                gen_prefix: So
                doc_to_choice: [a, b]
                process_docs: !function utils.process
                fewshot_config:
                  {split: null, gen_prefix: null, doc_to_choice: null, process_docs: null,
                   doc_to_text: null, doc_to_target: null, samples: null}
                """,
            Map.of(folder.getFileName() + "/utils.process", function));
    assertThat(task.fewShot().split()).isEmpty();
    assertThat(task.fewShot().process()).isEmpty();
    assertThat(task.fewShot().prompt().answerPrefix()).isEmpty();
    assertThat(task.fewShot().prompt().choices()).isEmpty();
    assertThat(task.fewShot().prompt().question())
        .isInstanceOfSatisfying(
            PromptPart.Written.class, text -> assertThat(text.source()).isEqualTo("{{q}}"));
    assertThat(task.prompt().answerPrefix()).isPresent();
  }

  @Test
  void metricsOfTheLibraryEvaluateAreMissedOnlyWhereTheyAreAsked() throws IOException {
    String name = folder.getFileName() + "/utils.score";
    TaskFunction.OfResults function = (document, results) -> new Dict.Builder().build();
    String more =
        """
        metric_list: [{metric: acc, aggregation: mean, hf_evaluate: true}]
        process_results: !function utils.score
        """;
    assertThat(TaskText.task(folder, LEAST + more, Map.of(name, function)).metrics()).hasSize(1);
    assertThat(task("metric_list: [{metric: exact_match, hf_evaluate: false}]\n").metrics())
        .hasSize(1);
  }

  @Test
  void functionsAreBoundByTheirFolder() throws IOException {
    TaskFunction.OfDocuments function = documents -> documents;
    String name = folder.getFileName() + "/utils.process";
    Task task =
        TaskText.task(
            folder, LEAST + "process_docs: !function utils.process\n", Map.of(name, function));
    assertThat(task.process()).contains(function);
    assertThat(task.fewShot().process()).contains(function);
  }

  @Test
  void aMetricMayBeAFunction() throws IOException {
    TaskFunction.OfAnswers function =
        (references, predictions, keywords) ->
            new Value.Real(
                references.equals(predictions) ? 1 : keywords.get("else").isPresent() ? 0.5 : 0);
    String name = folder.getFileName() + "/utils.near";
    Task task =
        TaskText.task(
            folder,
            LEAST + "metric_list: [{metric: !function utils.near, aggregation: mean, else: 1}]\n",
            Map.of(name, function));
    Instance instance =
        new Instance(
            0,
            new Document(new Dict.Builder().build(), "here:1"),
            Value.of("q"),
            Value.of("a"),
            List.of(),
            new Instance.Flags(false, false),
            List.of());
    assertThat(task.scoring().score(instance, List.of(Value.of("a"))))
        .isEqualTo(Map.of("near", new Value.Real(1)));
    assertThat(task.scoring().score(instance, List.of(Value.of("b"))))
        .isEqualTo(Map.of("near", new Value.Real(0.5)));
  }

  /// The line that is wrong is appended as line 6; `|` stands for a line feed.
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "doc_to_txt: x;a task has no key 'doc_to_txt'; did you mean 'doc_to_text'?",
        "quantum_tennis_table: x;a task has no key 'quantum_tennis_table'; it has task, task_alias,",
        "output_type: essay;output_type: expected one of loglikelihood, multiple_choice,",
        "repeats: 0;repeats: expected 1 or more, found the number 0",
        "num_fewshot: many;num_fewshot: expected a whole number, found the text 'many'",
        "num_fewshot: -1;num_fewshot: expected 0 or more, found the number -1",
        "description: [x];description: expected a text, found a list",
        "doc_to_text: \"{{q\";doc_to_text:1: ",
        "doc_to_image: x;doc_to_image: task t shows pictures, which a language model does not see",
        "class: !function task.T;task t is written in Python (class), which cannot be run here",
        "unsafe_code: true;unsafe_code: task t runs what the model writes",
        "use_prompt: x;use_prompt: task t takes its prompts from promptsource",
        "custom_dataset: !function u.f;custom_dataset: the Python function u.f cannot be run here",
        "process_docs: x;process_docs: expected !function module.function, found the text 'x'",
        "process_docs: !function u.f;process_docs: the Python function u.f of the folder",
        "fewshot_config: {sampler: odd};sampler: expected default or first_n, found the text 'odd'",
        "fewshot_config: {smpler: x};fewshot_config has no key 'smpler'; did you mean 'sampler'?",
        "fewshot_config: {samples: 3};expected samples: a list of mappings, found the number 3",
        "fewshot_config: {sampler: null};sampler: expected default or first_n, found nothing",
        "fewshot_config: {target_delimiter: null};target_delimiter: expected a text, such as \"\" for",
        "fewshot_delimiter: null;fewshot_delimiter: expected a text, such as \"\" for none, found",
        "generation_kwargs: {min_new_tokens: 3};generation options: min_new_tokens 3: expected 0",
        "metric_list: [{metric: exact_match, hf_evaluate: true}];the metric 'exact_match' is that of"
            + " the library evaluate (hf_evaluate), which is not here; leave hf_evaluate out",
        "metric_list: [{metric: exact_match, regexes_to_ignore: [\"(\"]}];regexes_to_ignore: Unclosed"
            + " group in '('",
        "generation_kwargs: {temperature: hot};expected temperature: a number, found the text 'hot'",
        "metric_list: [{metric: !function u.f, aggregation: mean}];metric: the Python function u.f",
        "metric_list: [{name: acc}];expected a mapping with the key 'metric', found a mapping",
        "metric_list: [{metric: acc_norm}];metric 'acc_norm' does not exist for output type",
        "metric_list: [{metric: mine}];the metric 'mine' has no aggregation; add one, such as mean",
        "metric_list: [{metric: acc, aggregation: avg}];unknown aggregation 'avg'; known are",
        "filter_list: [{name: f, filter: [{function: odd}]}];there is no filter 'odd'; known are",
        "filter_list: [{name: f, filter: [{function: regex, pattern: x}]}];the filter regex has no"
            + " keyword 'pattern'; it has regex_pattern,",
        "filter_list: [{name: f, filter: [{function: regex, regex_pattern: \"(\"}]}];regex_pattern: ",
        "filter_list: [{filter: []}];expected a mapping with the key 'name', found a mapping",
      })
  void refusesWithFileAndLine(String line, String problem) {
    assertThatThrownBy(() -> task(line + "\n"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(folder.resolve("task.yaml") + ":6: ")
        .hasMessageContaining(problem);
  }

  @Test
  void metricsThatCannotBeOfListsAreRefusedBeforeTheModelHasWrittenAny() throws IOException {
    String list = "repeats: 4\nfilter_list: [{name: all, filter: [{function: lowercase}]}]\n";
    String patterns = "metric_list: [{metric: exact_match, regexes_to_ignore: [x]}]\n";
    String place = folder.resolve("task.yaml") + ":7: ";
    assertThatThrownBy(() -> task(list + "metric_list: [{metric: ter}]\n"))
        .hasMessage(
            place
                + "the filter 'all' leaves 4 responses to each request, of which ter compares one; end"
                + " it with take_first");
    assertThatThrownBy(() -> task(list + patterns))
        .hasMessage(
            place
                + "the filter 'all' leaves lists of responses, and regexes_to_ignore of exact_match are"
                + " looked for in texts; end it with take_first, or leave regexes_to_ignore out");
    assertThat(task(list).metrics()).hasSize(1);
    String voted = list.replace("lowercase", "majority_vote") + "metric_list: [{metric: ter}]\n";
    assertThat(task(voted).metrics()).hasSize(1);
    String taken = list.replace("}]}]", "}, {function: take_first}]}]");
    assertThat(task(taken + patterns).metrics()).hasSize(1);
  }

  @Test
  void refusesWhatIsMissing() {
    refuses(
        "task: t\ntest_split: x\ndoc_to_text: x\ndoc_to_target: x\n", "task t has no dataset_path");
    refuses("task: t\ndataset_path: x\n", "task t has nothing to evaluate on");
    refuses(
        "task: t\ndataset_path: x\ntest_split: x\ndoc_to_target: x\n",
        "the task has no doc_to_text; write a template");
    refuses("dataset_path: x\n", "expected a mapping with the key 'task'");
  }

  private void refuses(String text, String problem) {
    assertThatThrownBy(() -> TaskText.task(folder, text))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(folder + "/task.yaml:1: ")
        .hasMessageContaining(problem);
  }
}
