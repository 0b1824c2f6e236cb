package neox.evaluation.task;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.evaluation.document.Document;
import neox.evaluation.document.ValueJson;
import neox.evaluation.function.TaskFunction;
import neox.evaluation.request.Request;
import neox.python.PythonRandom;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Printing;
import neox.template.value.Value;

/// Turns the documents of a task into instances.
///
/// @param seed of each task's generator for few-shot examples
/// @param choice which documents of a task
/// @param style of all prompts
public record InstanceBuilder(
    Documents documents, long seed, DocumentChoice choice, PromptStyle style) {

  /// With the first documents of every task.
  ///
  /// @param limit how many: a count from 1 on, a share of all below 1; empty for all
  public InstanceBuilder(
      Documents documents, long seed, Optional<Double> limit, PromptStyle style) {
    this(
        documents,
        seed,
        limit.<DocumentChoice>map(DocumentChoice.First::new).orElseGet(DocumentChoice.All::new),
        style);
  }

  /// A task's instances.
  ///
  /// @param total documents in the split, before the limit
  /// @param shots examples before each question
  public record Instances(Task task, List<Instance> list, int total, int shots) {}

  public Instances build(Task task, Optional<Integer> requestedShots) throws IOException {
    String split = task.data().evaluated();
    List<Document> all = processed(task, task.process(), documents.read(task, split), split);
    int shots = task.fewShot().shots(requestedShots);
    List<Document> pool = shots == 0 ? List.of() : examples(task, all);
    PromptReader reader =
        new PromptReader(
            task.prompt(), columns(all.getFirst()), task.prompt().choices().isPresent());
    Instance.Flags flags = flags(reader, all.getFirst());
    FewShotSampler sampler = new FewShotSampler(task, pool, new PythonRandom(seed));
    ContextBuilder contexts =
        new ContextBuilder(task, style, reader, sampler, shots, flags.choicesAreContexts());
    List<Instance> instances = new ArrayList<>();
    for (int place : choice.of(task.name(), all.size())) {
      Document document = all.get(place);
      List<String> before = contexts.contexts(document);
      Value target = reader.target(document);
      List<String> choices = reader.choices(document);
      instances.add(
          new Instance(
              place,
              document,
              reader.question(document),
              target,
              choices,
              flags,
              requests(task, document, target, choices, before, flags)));
    }
    return new Instances(task, instances, all.size(), shots);
  }

  /// The first document decides how all are read. An empty list of targets is none: the harness
  /// counts them.
  private static Instance.Flags flags(PromptReader reader, Document first) {
    boolean choicesAreContexts =
        reader.hasChoices() && Targets.index(reader.question(first)).isPresent();
    boolean manyTargets =
        reader.target(first) instanceof Value.Listing(List<Value> targets) && !targets.isEmpty();
    return new Instance.Flags(choicesAreContexts, manyTargets);
  }

  private static Set<String> columns(Document document) {
    Set<String> columns = new LinkedHashSet<>();
    document.fields().keys().forEach(name -> columns.add(Printing.str(name)));
    return columns;
  }

  private static List<Document> processed(
      Task task,
      Optional<TaskFunction.OfDocuments> function,
      List<Document> documents,
      String split) {
    if (function.isEmpty()) {
      return documents;
    }
    List<Document> processed =
        function.get() instanceof TaskFunction.EachDocument each
            ? documents.stream().map(document -> changed(each, document)).toList()
            : made(task, function.get(), documents, split);
    if (processed.isEmpty()) {
      throw UserException.of("task %s leaves no document of the split '%s'", task.name(), split);
    }
    return processed;
  }

  private static Document changed(TaskFunction.EachDocument each, Document document) {
    try {
      return document.with(each.change().apply(document.fields()));
    } catch (Fault fault) {
      throw new UserException(document.where() + ": " + fault.problem(), fault);
    }
  }

  /// Documents whose origin is lost: one may have become several, or none.
  private static List<Document> made(
      Task task, TaskFunction.OfDocuments function, List<Document> documents, String split) {
    List<Dict> fields;
    try {
      fields = function.apply(documents.stream().map(Document::fields).toList());
    } catch (Fault fault) {
      throw new UserException(
          "task %s, split '%s': process_docs: %s".formatted(task.name(), split, fault.problem()),
          fault);
    }
    List<Document> made = new ArrayList<>();
    for (Dict dict : fields) {
      made.add(
          new Document(
              dict, "task %s, split '%s', document %d".formatted(task.name(), split, made.size())));
    }
    return made;
  }

  private List<Document> examples(Task task, List<Document> evaluated) throws IOException {
    FewShot fewShot = task.fewShot();
    if (fewShot.split().isEmpty() && fewShot.samples().isPresent()) {
      return fewShot.samples().get();
    }
    String split = fewShot.split().orElseGet(task.data()::examples);
    Optional<TaskFunction.OfDocuments> process =
        fewShot.split().isPresent() ? fewShot.process() : task.process();
    return split.equals(task.data().evaluated()) && process.equals(task.process())
        ? evaluated
        : processed(task, process, documents.read(task, split), split);
  }

  private List<Request> requests(
      Task task,
      Document document,
      Value target,
      List<String> choices,
      List<String> before,
      Instance.Flags flags) {
    String context = before.isEmpty() ? "" : before.getFirst();
    return switch (task.outputType()) {
      case LOGLIKELIHOOD -> List.of(new Request.LogLikelihood(context, text(target, document)));
      case LOGLIKELIHOOD_ROLLING ->
          List.of(new Request.RollingLogLikelihood(text(target, document)));
      case GENERATE_UNTIL -> {
        List<Request> list = new ArrayList<>();
        list.add(new Request.Generate(context, task.generation()));
        task.config()
            .scoring()
            .scoredContinuation()
            .ifPresent(text -> list.add(new Request.LogLikelihood(context, text)));
        yield list;
      }
      case MULTIPLE_CHOICE -> {
        String delimiter = delimiter(task.prompt());
        List<Request> list = new ArrayList<>();
        for (int i = 0; i < choices.size(); i++) {
          list.add(
              flags.choicesAreContexts()
                  ? new Request.LogLikelihood(before.get(i), delimiter + Printing.str(target))
                  : new Request.LogLikelihood(context, delimiter + choices.get(i)));
        }
        if (task.metrics().stream().anyMatch(m -> m.name().equals("acc_mutual_info"))) {
          choices.forEach(choice -> list.add(new Request.LogLikelihood("", delimiter + choice)));
        }
        yield list;
      }
    };
  }

  /// Between context and choice: a chat template has its own, unless the answer has begun.
  private String delimiter(Prompt prompt) {
    boolean begun =
        prompt
            .answerPrefix()
            .map(prefix -> !prefix.source().isEmpty() && !PythonText.endsWithSpace(prefix.source()))
            .orElse(false);
    return style.chat().isPresent() && !begun ? "" : prompt.targetDelimiter();
  }

  private static String text(Value target, Document document) {
    if (target instanceof Value.Text(String text, _)) {
      return text;
    }
    throw UserException.of(
        "%s: the target must be a text to be scored, found %s",
        document.where(), ValueJson.of(target));
  }
}
